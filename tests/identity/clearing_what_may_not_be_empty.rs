//! A title can be set, but never cleared.

use feishu_openapi::task::v2::task;

fn main() {
    let _ = task::Patch::new("83912691-2e43-47fc-94a4-d512e03984fa").clear_due();
    let _ = task::Patch::new("83912691-2e43-47fc-94a4-d512e03984fa").clear_summary();
}
