//! Events: what arrives, and the facts about it.

use super::fields::{Location, Mode, placed};
use super::table::{self, Used};
use super::{At, Comparison, Subject, some};
use crate::ir::Event;

impl<'a> Comparison<'a> {
    pub(super) fn events(&mut self, old: &'a [Event], new: &'a [Event]) {
        for before in old {
            match new.iter().find(|after| after.id == before.id) {
                Some(after) => self.event(before, after),
                None => {
                    let text = format!("removed (`{}`)", before.event_type);
                    self.push(&at(before), &table::EVENT_REMOVED, some(&before.event_type), None, text);
                }
            }
        }
        for after in new.iter().filter(|after| !old.iter().any(|before| before.id == after.id)) {
            let text = format!("added (`{}`)", after.event_type);
            self.push(&at(after), &table::EVENT_ADDED, None, some(&after.event_type), text);
        }
    }

    fn event(&mut self, old: &'a Event, new: &'a Event) {
        let at = at(new);
        self.fact(&at, &table::EVENT_TYPE, "type", &old.event_type, &new.event_type);
        let fields = (placed(&old.fields, Location::Property), placed(&new.fields, Location::Property));
        self.fields(&at, Mode::Same(Used::Received), &fields.0, &fields.1);
        self.fact(&at, &table::SCOPES, "scopes", &old.scopes.join(" or "), &new.scopes.join(" or "));
        let scopes = (old.field_scopes.join(", "), new.field_scopes.join(", "));
        self.fact(&at, &table::FIELD_SCOPES, "scopes of fields", &scopes.0, &scopes.1);
        self.fact(&at, &table::APP_TYPES, "apps", &old.app_types.join(", "), &new.app_types.join(", "));
        if old.constraints != new.constraints {
            self.push(&at, &table::RULES, None, None, "rules".to_owned());
        }
        self.text(&at, "summary", &old.summary, &new.summary);
        self.text(&at, "description", &old.description, &new.description);
        if old.page != new.page {
            let shown = |event: &Event| format!("{} ({})", event.page.url, event.page.updated);
            self.push(&at, &table::PAGE, some(&shown(old)), some(&shown(new)), "page".to_owned());
        }
    }
}

fn at(event: &Event) -> At {
    At::whole(Subject::Event(event.id.clone()))
}
