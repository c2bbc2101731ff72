//! One event: its content, and its name on the wire.

use quote::quote;

use super::fields::{declaration, object, word};
use super::{docs, print};
use crate::ir::Event;

/// The parts of a file that define one event.
pub(crate) fn definition(event: &Event) -> Vec<String> {
    let name = word(&event.name);
    let (event_type, alias) = (&event.event_type, &event.page.title);
    let docs = docs::attributes(&docs::event(event));
    let declarations = event.fields.iter().map(declaration);
    vec![
        print::item(quote! {
            #docs
            #[doc(alias = #alias)]
            #[doc(alias = #event_type)]
            #[derive(Clone, Debug, Default, PartialEq)]
            #[non_exhaustive]
            pub struct #name { #(#declarations),* }
        }),
        object(&event.name, &event.fields),
        print::item(quote! {
            impl rt::Event for #name {
                const TYPE: &'static str = #event_type;
            }
        }),
    ]
}
