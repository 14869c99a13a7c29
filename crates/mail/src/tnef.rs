//! stub
use crate::attachment::Attachment;
use crate::limits::Limits;
pub struct Unpacked {
    pub text: Option<String>,
    pub html: Option<String>,
    pub attachments: Vec<Attachment>,
}
pub fn unpack(_bytes: &[u8], _limits: &Limits) -> Option<Unpacked> {
    None
}
