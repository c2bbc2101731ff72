//! Operations: their names, parameters, answers and facts.

use openapiv3::{
    Operation as Raw, Parameter, ParameterSchemaOrContent, ReferenceOr, Response, Schema, SchemaKind, StatusCode,
    Type as SchemaType,
};

use super::Lower;
use super::extensions::Extensions;
use super::schema::{Owner, View, plain, text};
use crate::diagnostic::{Code, Diagnostic, Pointer, nearest};
use crate::dialect::Section;
use crate::ir::{Body, Field, HttpMethod, Ident, Module, Operation, Presence, Tokens};
use crate::names::{ident, is_snake, pascal};

/// Parameters by where they travel.
#[derive(Default)]
struct Parameters {
    path: Vec<Field>,
    query: Vec<Field>,
}

impl Lower<'_> {
    pub(crate) fn operation(
        &mut self,
        module: &Module,
        place: &Pointer,
        path: &str,
        verb: &str,
        raw: &Raw,
    ) -> Option<Operation> {
        let id = raw.operation_id.clone().unwrap_or_default();
        let method = self.method_name(module, place, &id)?;
        let request = pascal(&method);
        let response = format!("{request}Response");
        let owner = Owner { module, name: &request };
        let extensions = Extensions(&raw.extensions);
        let Parameters { path: path_parameters, query } = self.parameters(owner, place, path, raw);
        let (body, request_example) = self.body(owner, place, raw);
        let answer_owner = Owner { module, name: &response };
        let answer = self.answer(answer_owner, place, raw);
        let mut operation = Operation {
            id,
            method: ident(&method),
            http: http_method(verb)?,
            path: path.to_owned(),
            summary: text(raw.summary.as_deref()),
            description: text(raw.description.as_deref()),
            page: extensions.page(raw.external_docs.as_ref()),
            tokens: self.tokens(place, raw),
            app_types: extensions.texts("x-feishu-app-types"),
            rate_limits: extensions.rate_limits(place, self.diagnostics),
            scopes: extensions.texts("x-feishu-scopes"),
            field_scopes: extensions.texts("x-feishu-field-scopes"),
            repeatable: extensions.text("x-feishu-repeatable"),
            superseded_by: extensions.text("x-feishu-superseded-by"),
            idempotency_key: self.idempotency_key(place, extensions, &body),
            constraints: extensions.constraints(place, self.diagnostics),
            errors: extensions.errors(place),
            waivers: extensions.waivers(place),
            paging: None,
            path_parameters,
            query,
            body,
            answer_description: answer.description,
            answer: answer.fields,
            request_example,
            response_example: answer.example,
            place: place.clone(),
            request,
            response,
        };
        operation.paging = self.paging(extensions, &operation);
        Some(operation)
    }

    /// The last part of the operationId, which must agree with the file.
    pub(crate) fn method_name(&mut self, module: &Module, place: &Pointer, id: &str) -> Option<String> {
        let Module::Resource { service, version, resource } = module else { return None };
        let prefix = format!("{service}.{version}.{resource}.");
        match id.strip_prefix(&prefix) {
            Some(method) if is_snake(method) => Some(method.to_owned()),
            _ => {
                let method = id.rsplit('.').next().unwrap_or_default();
                let place = place.key("operationId");
                self.diagnostics.push(
                    Diagnostic::new(Code::OperationId, &place, format!("`{id}` does not agree with this file"))
                        .label(format!("expected `{prefix}<method>`, in snake case"))
                        .help(format!("write `{prefix}{method}`, or move the operation to the file of its resource")),
                );
                None
            }
        }
    }

    fn tokens(&mut self, place: &Pointer, raw: &Raw) -> Tokens {
        let mut tokens = Tokens::default();
        let place = place.key("security");
        for (index, requirement) in raw.security.iter().flatten().enumerate() {
            for name in requirement.keys() {
                match name.as_str() {
                    "tenant_access_token" => tokens.tenant = true,
                    "user_access_token" => tokens.user = true,
                    _ => self.diagnostics.push(
                        Diagnostic::new(Code::Tokens, &place.index(index).key(name), format!("`{name}` is no token"))
                            .at_key()
                            .label("expected `tenant_access_token` or `user_access_token`")
                            .help("the page lists the tokens that the operation accepts; the others only fetch tokens"),
                    ),
                }
            }
        }
        tokens
    }

    fn parameters(&mut self, owner: Owner<'_>, place: &Pointer, path: &str, raw: &Raw) -> Parameters {
        let mut parameters = Parameters::default();
        let list = place.key("parameters");
        for (index, parameter) in raw.parameters.iter().enumerate() {
            let mut place = list.index(index);
            let documents = self.documents;
            let parameter = match parameter {
                ReferenceOr::Item(parameter) => Some(parameter),
                ReferenceOr::Reference { reference } => {
                    self.resolve(&place, reference, Section::Parameters).and_then(|resolved| {
                        place = resolved.place(Section::Parameters);
                        documents.parameter(&resolved)?.as_item()
                    })
                }
            };
            if let Some(parameter) = parameter {
                self.parameter(owner, &place, parameter, &mut parameters);
            }
        }
        self.path_names(place, path, &mut parameters.path);
        parameters
    }

    fn parameter(&mut self, owner: Owner<'_>, place: &Pointer, raw: &Parameter, parameters: &mut Parameters) {
        let data = raw.parameter_data_ref();
        let into = match raw {
            Parameter::Path { .. } => &mut parameters.path,
            Parameter::Query { .. } => &mut parameters.query,
            // The grammar knows no other places.
            Parameter::Header { .. } | Parameter::Cookie { .. } => return,
        };
        let ParameterSchemaOrContent::Schema(schema) = &data.format else { return };
        let schema_place = place.key("schema");
        let Some(mut lowered) = self.field(owner, &schema_place, &data.name, schema.into(), data.required) else {
            return;
        };
        let extensions = Extensions(&data.extensions);
        lowered.place = place.clone();
        lowered.description = text(data.description.as_deref());
        lowered.deprecated = data.deprecated.unwrap_or(false);
        lowered.example = plain(data.example.as_ref()).or(lowered.example);
        lowered.prose.extend(extensions.texts("x-feishu-prose"));
        lowered.waivers.extend(extensions.waivers(place));
        into.push(lowered);
    }

    /// Holds the names in the path against the parameters, and sorts these by them.
    fn path_names(&mut self, place: &Pointer, path: &str, parameters: &mut [Field]) {
        let names: Vec<&str> =
            path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect();
        for name in &names {
            if !parameters.iter().any(|parameter| parameter.name == *name) {
                let known = parameters.iter().map(|parameter| parameter.name.as_str());
                let help = match nearest(name, known) {
                    Some(near) => format!("`{near}` is described; did you mean that?"),
                    None => format!("add a parameter `{name}` with `in: path` and `required: true`"),
                };
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::PathParameter,
                        &place.parent(),
                        format!("the path names `{name}`, which is not described"),
                    )
                    .at_key()
                    .label(format!("no parameter `{name}`"))
                    .help(help),
                );
            }
        }
        for parameter in parameters.iter() {
            if !names.contains(&parameter.name.as_str()) {
                let message = format!("the path does not hold `{{{}}}`", parameter.name);
                let diagnostic = Diagnostic::new(Code::PathParameter, &parameter.place.key("name"), message)
                    .label("described, but nowhere in the path")
                    .help("add it to the path, or write `in: query`");
                self.diagnostics.push(diagnostic);
            } else if parameter.presence != Presence::Required {
                let message = format!("the path parameter `{}` is not required", parameter.name);
                let diagnostic = Diagnostic::new(Code::PathParameter, &parameter.place.key("name"), message)
                    .label("a path cannot leave it out")
                    .help("add `required: true`");
                self.diagnostics.push(diagnostic);
            }
        }
        parameters.sort_by_key(|parameter| names.iter().position(|name| *name == parameter.name));
    }

    fn idempotency_key(&mut self, place: &Pointer, extensions: Extensions<'_>, body: &Body) -> Option<Ident> {
        let key = "x-feishu-idempotency-key";
        let name = extensions.text(key)?;
        let Body::Json(fields) = body else {
            self.missing_field(&place.key(key), &name, "the body", &[]);
            return None;
        };
        let fields: Vec<&Field> = fields.iter().flat_map(|field| field.fields()).collect();
        self.named_field(&place.key(key), &name, "the body", &fields)
    }

    /// The field that an extension names.
    pub(crate) fn named_field(&mut self, place: &Pointer, name: &str, of: &str, fields: &[&Field]) -> Option<Ident> {
        let found = fields.iter().find(|field| field.name == name);
        if found.is_none() {
            self.missing_field(place, name, of, fields);
        }
        found.map(|field| field.ident.clone())
    }

    fn missing_field(&mut self, place: &Pointer, name: &str, of: &str, fields: &[&Field]) {
        let mut diagnostic = Diagnostic::new(Code::ExtensionField, place, format!("{of} has no field `{name}`"))
            .label("names a field that is not there");
        if let Some(near) = nearest(name, fields.iter().map(|field| field.name.as_str())) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        self.diagnostics.push(diagnostic);
    }
}

/// What an answer holds.
#[derive(Default)]
struct Answer {
    description: String,
    fields: Vec<Field>,
    example: Option<crate::ir::Value>,
}

impl Lower<'_> {
    fn answer(&mut self, owner: Owner<'_>, place: &Pointer, raw: &Raw) -> Answer {
        let place = place.key("responses");
        self.error_response(&place, raw);
        let mut answer = Answer::default();
        // The grammar knows no other statuses.
        match raw.responses.responses.get(&StatusCode::Code(200)) {
            Some(ReferenceOr::Item(response)) => answer = self.success(owner, &place.key("200"), response),
            Some(ReferenceOr::Reference { .. }) => self.diagnostics.push(
                Diagnostic::new(Code::Responses, &place.key("200"), "the answer of an operation is its own")
                    .at_key()
                    .label("refers to a shared one")
                    .help("write `description` and `content` here"),
            ),
            None => self.diagnostics.push(
                Diagnostic::new(Code::Responses, &place, "there is no response `\"200\"`")
                    .at_key()
                    .label("the answer is not described")
                    .help("add `\"200\": {description: …, content: …}`"),
            ),
        }
        answer
    }

    fn error_response(&mut self, place: &Pointer, raw: &Raw) {
        match &raw.responses.default {
            Some(ReferenceOr::Reference { reference }) => {
                let place = place.key("default");
                if let Some(resolved) = self.resolve(&place, reference, Section::Responses) {
                    // Read so that a broken component is noticed.
                    let _ = self.documents.response(&resolved);
                }
            }
            _ => self.diagnostics.push(
                Diagnostic::new(Code::Responses, place, "there is no shared `default` response")
                    .at_key()
                    .label("what a failure looks like is not said")
                    .help("add `default: {$ref: \"../../common.yaml#/components/responses/Error\"}`"),
            ),
        }
    }

    fn success(&mut self, owner: Owner<'_>, place: &Pointer, response: &Response) -> Answer {
        let mut answer = Answer { description: text(Some(&response.description)), ..Answer::default() };
        let place = place.key("content").key("application/json");
        let Some(media) = response.content.get("application/json") else {
            self.envelope_error::<()>(&place);
            return answer;
        };
        answer.example = plain(media.example.as_ref());
        let place = place.key("schema");
        let Some(data) = self.data(&place, media.schema.as_ref()) else { return answer };
        if let Some((place, object)) = data {
            answer.fields = self.fields(owner, &place, object);
        }
        answer
    }

    /// The object inside the envelope: `None` when there is none, outer `None` after a mistake.
    #[allow(clippy::type_complexity)]
    fn data<'s>(
        &mut self,
        place: &Pointer,
        schema: Option<&'s ReferenceOr<Schema>>,
    ) -> Option<Option<(Pointer, &'s openapiv3::ObjectType)>> {
        match schema.map(View::from) {
            Some(View::Reference(reference)) => {
                self.resolve(place, reference, Section::Schemas)?;
                Some(None)
            }
            Some(View::Schema(Schema { schema_kind: SchemaKind::AllOf { all_of }, .. })) => {
                let [ReferenceOr::Reference { reference }, ReferenceOr::Item(envelope)] = &all_of[..] else {
                    return self.envelope_error(place);
                };
                self.resolve(&place.key("allOf").index(0), reference, Section::Schemas)?;
                let place = place.key("allOf").index(1);
                let Some(envelope) = object(envelope) else { return self.envelope_error(&place) };
                let data = envelope.properties.get("data").map(View::from);
                match data {
                    Some(View::Schema(data)) if envelope.properties.len() == 1 && object(data).is_some() => {
                        Some(object(data).map(|data| (place.key("properties").key("data"), data)))
                    }
                    _ => self.envelope_error(&place),
                }
            }
            _ => self.envelope_error(place),
        }
    }

    fn envelope_error<T>(&mut self, place: &Pointer) -> Option<T> {
        self.diagnostics.push(
            Diagnostic::new(Code::Envelope, place, "this answer is no envelope with `data`")
                .at_key()
                .label("expected the envelope")
                .help(
                    "write `allOf: [{$ref: \"…#/components/schemas/Envelope\"}, {type: object, properties: {data: \
                     {type: object, properties: …}}}]`, or the `$ref` alone when there is no `data`",
                ),
        );
        None
    }
}

/// An inline object.
pub(crate) fn object(schema: &Schema) -> Option<&openapiv3::ObjectType> {
    match &schema.schema_kind {
        SchemaKind::Type(SchemaType::Object(object)) => Some(object),
        _ => None,
    }
}

fn http_method(verb: &str) -> Option<HttpMethod> {
    Some(match verb {
        "get" => HttpMethod::Get,
        "post" => HttpMethod::Post,
        "put" => HttpMethod::Put,
        "patch" => HttpMethod::Patch,
        "delete" => HttpMethod::Delete,
        _ => return None,
    })
}
