//! Tables in Markdown.

pub(crate) fn table<H: ToString>(head: &[H], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = head.iter().map(ToString::to_string).collect();
    let mut table = line(&head) + &format!("|{}\n", "---|".repeat(head.len()));
    table.extend(rows.into_iter().map(|row| line(&row)));
    table
}
