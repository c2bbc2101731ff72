//! x
mod client;
mod generated;
pub use generated::*;
pub use client::*;
use feishu_openapi_runtime as rt;
