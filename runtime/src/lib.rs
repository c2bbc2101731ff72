//! The core under the generated Feishu client.
