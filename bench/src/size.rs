//! What has to be stored, loaded and kept of each program, in bytes.

use std::process::Command;

use crate::Result;
use crate::program::{Contest, Program, Programs};

/// One program's file, and the zip that Lambda would get.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    pub(crate) file: u64,
    pub(crate) zip: u64,
}

/// Of each function the sizes in the order of [`Contest::all`].
#[derive(Debug)]
pub(crate) struct Sizes {
    pub(crate) responder: [Size; 3],
    pub(crate) switcher: [Size; 3],
}

pub(crate) fn all(programs: &Programs) -> Result<Sizes> {
    let of = |contest: &Contest| {
        let [ours, bare, python] = contest.all().map(|program| size(program, programs));
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>([ours?, bare?, python?])
    };
    Ok(Sizes { responder: of(&programs.responder)?, switcher: of(&programs.switcher)? })
}

fn size(program: &Program, programs: &Programs) -> Result<Size> {
    const ZIP: &str = "import io, sys, zipfile
packed = io.BytesIO()
with zipfile.ZipFile(packed, 'w', zipfile.ZIP_DEFLATED) as archive:
    archive.write(sys.argv[1], sys.argv[2])
print(len(packed.getvalue()))";
    let file = std::fs::metadata(&program.artifact)?.len();
    let zip = Command::new(&programs.python)
        .args(["-c", ZIP])
        .arg(&program.artifact)
        .arg(program.packed_as)
        .output()?
        .stdout;
    Ok(Size { file, zip: String::from_utf8(zip)?.trim().parse()? })
}
