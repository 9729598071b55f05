//! Whose a function is.

use std::path::Path;

use super::costs::Function;

/// The crate of a Rust function, and of others the part of the system that they belong to.
pub(crate) fn of(function: &Function) -> &str {
    let file = Path::new(&function.object).file_name().and_then(|file| file.to_str()).unwrap_or_default();
    if file.starts_with("ld-") {
        "start-up (ld.so)"
    } else if allocates(&function.name) {
        "allocator"
    } else if let Some((library, _)) = file.split_once(".so") {
        library
    } else {
        match crate_of(&function.name) {
            // Without a name before it: of a type of the language itself.
            Some("" | "core" | "alloc") => "std",
            Some(name) => name,
            None => "other",
        }
    }
}

fn allocates(name: &str) -> bool {
    const PARTS: [&str; 6] = ["malloc", "calloc", "realloc", "memalign", "_int_free", "unlink_chunk"];
    let is_c = !name.contains("::");
    name == "free" || name.starts_with("__rustc::") || (is_c && PARTS.iter().any(|part| name.contains(part)))
}

/// The beginning of the name's first path: the function's own, the type's of a method, or of a trait's method
/// on any type the trait's.
fn crate_of(name: &str) -> Option<&str> {
    let (beginning, _) = name.split_once("::")?;
    beginning.rsplit(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_').next()
}
