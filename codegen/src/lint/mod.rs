//! Rules over what was read: one rule is one function.
//!
//! Rules of single places look at whatever could be lowered; rules over the whole spec run only when nothing is
//! missing, since they would blame the wrong place otherwise.

mod constraints;
mod context;
mod descriptions;
mod facts;
mod fields;
mod mask;
mod names;
mod routes;
mod schemas;
mod unused;
mod values;
mod waivers;

use crate::diagnostic::Diagnostics;
use crate::dialect::visit;
use crate::ir::Api;
use crate::load::Documents;
use context::Context;

/// What users read about has a description: a rule for specs of clients that are published, and not for small ones that
/// try something.
pub(crate) fn descriptions(documents: &Documents, api: &Api, diagnostics: &mut Diagnostics) {
    descriptions::all(&Context::new(documents, api, diagnostics), diagnostics);
}

/// Holds all rules against the API and the documents that it was read from.
pub(crate) fn lint(documents: &Documents, api: &Api, diagnostics: &mut Diagnostics) {
    let nothing_is_missing = diagnostics.is_empty();
    let context = Context::new(documents, api, diagnostics);
    for document in documents.iter() {
        visit::schemas(&document.path, &document.tree, &mut |cursor, tree, _| {
            schemas::enum_descriptions(cursor, tree, diagnostics);
            schemas::limits(cursor, tree, diagnostics);
            schemas::prose(&context, cursor, tree, diagnostics);
            waivers::facts(cursor, tree, waivers::Of::Item, diagnostics);
        });
        visit::parameters(&document.path, &document.tree, &mut |cursor, tree| {
            schemas::prose(&context, cursor, tree, diagnostics);
            waivers::facts(cursor, tree, waivers::Of::Item, diagnostics);
        });
        visit::operations(&document.path, &document.tree, &mut |cursor, tree| {
            facts::missing(cursor, tree, diagnostics);
            waivers::facts(cursor, tree, waivers::Of::Operation, diagnostics);
        });
        unused::references(&context, document, diagnostics);
    }
    for operation in context.api.operations() {
        facts::page(operation, diagnostics);
        facts::app_types(operation, diagnostics);
        facts::scopes(&operation.place, [&operation.scopes, &operation.field_scopes], diagnostics);
        facts::rate_limits(operation, diagnostics);
        facts::error_table(operation, diagnostics);
        facts::enforced_by(&context, &operation.place, &operation.constraints, diagnostics);
        routes::path_template(operation, diagnostics);
        routes::body_method(operation, diagnostics);
        fields::parameter_types(operation, diagnostics);
        fields::multipart(operation, diagnostics);
        fields::paging(operation, diagnostics);
        fields::idempotency_key(operation, diagnostics);
        mask::update_mask(&context, operation, diagnostics);
        constraints::checks(&context, operation, diagnostics);
        values::of_operation(&context, operation, diagnostics);
        names::request_fields(operation, diagnostics);
        names::answer_fields(operation, diagnostics);
        waivers::of_operation(operation, diagnostics);
    }
    for event in context.api.events() {
        facts::scopes(&event.place, [&event.scopes, &event.field_scopes], diagnostics);
        facts::enforced_by(&context, &event.place, &event.constraints, diagnostics);
        constraints::of_event(event, diagnostics);
        values::of_event(&context, event, diagnostics);
    }
    for definition in context.api.structs() {
        values::of_struct(&context, definition, diagnostics);
        names::struct_fields(definition, diagnostics);
        fields::files_in_structs(definition, diagnostics);
        fields::recursion(&context, definition, diagnostics);
    }
    names::types(&context, diagnostics);
    names::reserved(&context, diagnostics);
    routes::operation_ids(&context, diagnostics);
    routes::routes(&context, diagnostics);
    if nothing_is_missing {
        facts::superseded_by(&context, diagnostics);
        waivers::used(&context, diagnostics);
        unused::components(&context, diagnostics);
    }
}
