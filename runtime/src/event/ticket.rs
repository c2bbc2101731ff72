//! The ticket of a store app, which Feishu sends as an event.

use std::fmt;
use std::time::SystemTime;

use super::{BoxError, Delivery, Event};
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
    ///
    /// Feishu may deliver a ticket again hours later, when there is a newer one: the header says when a ticket was
    /// [sent](super::EventHeader::created), and an older one must not replace a newer one.
    fn keep(&self, ticket: Delivery<AppTicket>) -> BoxFuture<'_, Result<(), BoxError>>;
}

/// A client of a store app keeps its tickets in its token store, and refuses those of other apps.
///
/// An older ticket does not replace a newer one, also if another process received that.
impl TicketKeeper for Core {
    fn keep(&self, ticket: Delivery<AppTicket>) -> BoxFuture<'_, Result<(), BoxError>> {
        Box::pin(async move {
            let sent = ticket.header.created();
            let ticket = ticket.event;
            if self.app_id() != Some(ticket.app_id.as_str()) {
                return Err("the ticket is for another app than the client".into());
            }
            Ok(self.put_app_ticket_of(ticket.app_ticket, sent.unwrap_or_else(SystemTime::now)).await?)
        })
    }
}
