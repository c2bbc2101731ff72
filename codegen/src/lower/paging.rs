//! `x-feishu-paging`: how the next page of a list is found.

use serde_json::Value as Json;

use super::Lower;
use super::extensions::{Extensions, field};
use crate::diagnostic::{Code, Diagnostic, Pointer};
use crate::ir::{Field, Ident, Operation, Paging, PagingBy, Type};

const KEY: &str = "x-feishu-paging";

/// The key that says how pages are found, and the keys that go with it.
const KINDS: [(&str, &[&str]); 3] = [
    ("page_token", &["next_page_token", "has_more", "items"]),
    ("offset", &["total", "items"]),
    ("page_index", &["first", "page_size", "total", "items"]),
];

impl Lower<'_> {
    pub(crate) fn paging(&mut self, extensions: Extensions<'_>, operation: &Operation) -> Option<Paging> {
        let paging = extensions.get(KEY)?;
        let place = operation.place.key(KEY);
        let kind = self.paging_kind(&place, paging)?;
        let request: Vec<&Field> = operation.request_fields().collect();
        let answer: Vec<&Field> = operation.answer.iter().collect();
        // `None` is a mistake, `Some(None)` a key that is left out.
        let mut find = |name: &str, fields: &[&Field], of: &str| -> Option<Option<Ident>> {
            if paging.get(name).is_none() {
                return Some(None);
            }
            self.named_field(&place.key(name), &field(Some(paging), name), of, fields).map(Some)
        };
        let by = match kind {
            "page_token" => {
                let page_token = find("page_token", &request, "the request");
                let next_page_token = find("next_page_token", &answer, "the answer");
                let has_more = find("has_more", &answer, "the answer");
                PagingBy::Token { page_token: page_token??, next_page_token: next_page_token??, has_more: has_more? }
            }
            "offset" => {
                let offset = find("offset", &request, "the request");
                let total = find("total", &answer, "the answer");
                PagingBy::Offset { offset: offset??, total: total? }
            }
            _ => {
                let page_index = find("page_index", &request, "the request");
                let page_size = find("page_size", &request, "the request");
                let total = find("total", &answer, "the answer");
                let first = paging.get("first").and_then(Json::as_i64).unwrap_or_default();
                PagingBy::Number { page_index: page_index??, first, page_size: page_size?, total: total? }
            }
        };
        let items = self.named_field(&place.key("items"), &field(Some(paging), "items"), "the answer", &answer)?;
        let list = answer.iter().find(|field| field.ident == items)?;
        let Type::List(item) = &list.ty else {
            self.diagnostics.push(
                Diagnostic::new(Code::ExtensionField, &place.key("items"), format!("`{}` is no list", list.name))
                    .label("expected the list that is paged through"),
            );
            return None;
        };
        Some(Paging { by, item: (**item).clone(), items })
    }

    /// By which of its keys the list goes. The others must go with it.
    fn paging_kind(&mut self, place: &Pointer, paging: &Json) -> Option<&'static str> {
        let named = KINDS.into_iter().filter(|(kind, _)| paging.get(*kind).is_some());
        let (kind, others) = match named.collect::<Vec<_>>()[..] {
            [found] => found,
            [] => {
                self.refuse_paging(place, "it does not say how the next page is found", "expected one kind of paging");
                return None;
            }
            // The second one is in the way.
            [_, (kind, _), ..] => {
                self.refuse_paging(&place.key(kind), "a list is paged in one way", "names another way");
                return None;
            }
        };
        let mut keys = paging.as_object().into_iter().flat_map(|paging| paging.keys());
        if let Some(key) = keys.find(|key| *key != kind && !others.contains(&key.as_str())) {
            self.refuse_paging(&place.key(key), &format!("`{key}` does not go with `{kind}`"), "has no use here");
            return None;
        }
        let needed = match kind {
            "page_token" => "next_page_token",
            "page_index" => "first",
            _ => return Some(kind),
        };
        if paging.get(needed).is_none() {
            self.refuse_paging(place, &format!("`{needed}` is missing beside `{kind}`"), "expected it here");
            return None;
        }
        Some(kind)
    }

    fn refuse_paging(&mut self, place: &Pointer, message: &str, label: &str) {
        self.diagnostics.push(Diagnostic::new(Code::Paging, place, message.to_owned()).label(label.to_owned()).help(
            "by token: `page_token`, `next_page_token`, `has_more` if the answer has it; by the number of an item: \
             `offset`, `total` if there is one; by the number of a page: `page_index`, `first` (the number of the first \
             page), `page_size` and `total` if there are such; and always `items`",
        ));
    }
}
