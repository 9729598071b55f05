//! The built-in page.
use crate::config::Config;
use crate::language::Language;
use crate::return_path::ReturnPath;
use std::borrow::Cow;

/// CSP
pub const CONTENT_SECURITY_POLICY: &str = "default-src 'none'";

/// Page
#[derive(Debug)]
pub struct Page;
impl Page {
    /// New
    pub fn new(_config: &Config) -> Self {
        Self
    }
    /// Render
    pub fn render(&self, _language: Language, _from: Option<&ReturnPath>) -> Cow<'_, str> {
        Cow::Borrowed("<!doctype html><title>Maintenance</title><h1>Maintenance</h1>")
    }
}
