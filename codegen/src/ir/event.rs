//! Events: what Feishu sends to an app by itself.

use super::{Constraint, Field, Page, Value, Waiver};
use crate::diagnostic::Pointer;

/// One kind of event that an app may subscribe to.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// `task.v1.task.updated`
    pub id: String,
    /// The name on the wire, `task.task.updated_v1`.
    pub event_type: String,
    /// The type of its content, `UpdatedEvent`.
    pub name: String,
    /// One line.
    pub summary: String,
    /// More, or empty.
    pub description: String,
    /// The documentation page.
    pub page: Page,
    /// `custom`, `isv`
    pub app_types: Vec<String>,
    /// Any one suffices to subscribe.
    pub scopes: Vec<String>,
    /// Needed for some fields.
    pub field_scopes: Vec<String>,
    /// What the page says beyond single fields.
    pub constraints: Vec<Constraint>,
    /// Deviations from the page that concern the event or places below it.
    pub waivers: Vec<Waiver>,
    /// The fields of `event` in the envelope.
    pub fields: Vec<Field>,
    /// The page's example, with its envelope.
    pub example: Option<Value>,
    /// Where it stands.
    pub place: Pointer,
}
