//! The ticket of a store app, which Feishu sends as an event.

use std::fmt;

use super::{BoxError, Event};
use crate::core::Core;
use crate::transport::BoxFuture;

/// The event `app_ticket`: sent to a store app every hour, and when it asks for it.
///
/// With the ticket and its secret a store app gets its tokens.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppTicket {
    /// The app.
    pub app_id: String,
    /// The ticket; keep it out of logs.
    pub app_ticket: String,
}

crate::object! {
    AppTicket {
        app_id: "app_id",
        app_ticket: "app_ticket",
    }
}

impl Event for AppTicket {
    const TYPE: &'static str = "app_ticket";
}

impl fmt::Debug for AppTicket {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("AppTicket").field("app_id", &self.app_id).field("app_ticket", &"***").finish()
    }
}

/// Whatever keeps the tickets of store apps.
pub trait TicketKeeper: Send + Sync + 'static {
    /// Keeps the ticket instead of the one before; until this succeeds, Feishu sends it again.
    fn keep(&self, ticket: AppTicket) -> BoxFuture<'_, Result<(), BoxError>>;
}

/// A client of a store app keeps its tickets in its token store, and refuses those of other apps.
impl TicketKeeper for Core {
    fn keep(&self, ticket: AppTicket) -> BoxFuture<'_, Result<(), BoxError>> {
        Box::pin(async move {
            if self.app_id() != Some(ticket.app_id.as_str()) {
                return Err("the ticket is for another app than the client".into());
            }
            Ok(self.put_app_ticket(&ticket.app_ticket).await?)
        })
    }
}
