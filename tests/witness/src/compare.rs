//! One operation, as a witness has it and as we have it.

use std::collections::BTreeSet;

use feishu_openapi_codegen::ir::Operation;
use feishu_openapi_tests::recorder::Recorded;
use feishu_openapi_tests::request::Sent;

use crate::answer::unread;
use crate::difference::declared;
use crate::driver::{TOKEN, Testimony};
use crate::fields::{Fields, SpecField};
use crate::ours::OurCall;

/// What came of the comparison of one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
    /// Whether the SDK has no such operation.
    pub lacks: bool,
    /// What differs between the requests.
    pub request: Vec<String>,
    /// What our client did not read.
    pub answer: Vec<String>,
    /// What differs between the declared fields and the spec.
    pub declared: Vec<String>,
    /// How many fields the SDK declares.
    pub fields: usize,
}

impl Compared {
    /// All differences, each once: an operation may use a type at several places.
    pub fn all(&self) -> BTreeSet<&String> {
        self.request.iter().chain(&self.answer).chain(&self.declared).collect()
    }
}

/// Holds what a witness did and says against the spec and what our client did.
pub fn compare(
    operation: &Operation,
    spec: &Fields<SpecField>,
    ours: &OurCall,
    request: Option<&Recorded>,
    testimony: &Testimony,
) -> Compared {
    if testimony.lacks {
        let declared = vec!["operation: declared, nothing".to_owned()];
        return Compared { lacks: true, declared, ..Compared::default() };
    }
    let token = request.and_then(|request| request.header("authorization"));
    let is_token_wrong = request.is_some() && token.and_then(|token| token.strip_prefix("Bearer ")) != Some(TOKEN);
    let mut request = match request.map(|request| Sent::new(request, &operation.path)) {
        Some(Ok(theirs)) => ours.sent.differences(&theirs),
        Some(Err(error)) => vec![format!("request: sent, {error}")],
        None => vec!["request: sent, nothing".to_owned()],
    };
    if is_token_wrong {
        request.push(format!("authorization: the given token, {}", token.unwrap_or("nothing")));
    }
    let mut compared = Compared { request, answer: unread(&ours.answer, &testimony.answer), ..Compared::default() };
    compared.answer.extend(testimony.error.as_ref().map(|error| format!("call: made, {error}")));
    if let Some(sdk) = &testimony.declared {
        compared.fields = sdk.fields.len();
        compared.declared = declared(spec, &sdk.fields).into_iter().map(|(_, text)| text).collect();
        let tokens = [("tenant", operation.tokens.tenant), ("user", operation.tokens.user)];
        let ours: Vec<&str> = tokens.into_iter().filter_map(|(name, accepted)| accepted.then_some(name)).collect();
        if let Some(theirs) = sdk.tokens.as_ref().filter(|theirs| **theirs != ours) {
            compared.declared.push(format!("tokens: {}, {}", ours.join(" "), theirs.join(" ")));
        }
    }
    compared
}

#[cfg(test)]
mod tests {
    use feishu_openapi_codegen::ir::Api;
    use feishu_openapi_tests::spec;
    use serde_json::{Value, json};

    use super::*;
    use crate::case::operations;
    use crate::fields::Spec;

    const ID: &str = "task.v2.tasklist_activity_subscription.delete";
    const TARGET: &str = "/open-apis/task/v2/tasklists/l/activity_subscriptions/s";

    fn recorded(target: &str) -> Recorded {
        let headers = vec![("authorization".to_owned(), format!("Bearer {TOKEN}"))];
        Recorded { method: "DELETE".to_owned(), target: target.to_owned(), headers, ..Recorded::default() }
    }

    /// What differs when the SDK sends this and a driver writes this line.
    fn check(request: Option<&str>, line: &Value, expected: &[&str]) {
        let api: Api = feishu_openapi_codegen::read(&spec()).expect("the spec has no mistakes");
        let operation = operations(&api).find(|operation| operation.id == ID).expect("the spec has the operation");
        let sent = Sent::new(&recorded(TARGET), &operation.path).expect("a request");
        let ours = OurCall { sent, answer: json!({}) };
        let fields = Spec::new(&api).fields(operation);
        let testimony: Testimony = serde_json::from_value(line.clone()).expect("a line of a driver");
        let request = request.map(recorded);
        let compared = compare(operation, &fields, &ours, request.as_ref(), &testimony);
        assert_eq!(compared.all().into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn who_does_the_same_differs_in_nothing() {
        let fields = json!({
            "path.tasklist_guid": { "kind": "string", "required": true },
            "path.activity_subscription_guid": { "kind": "string" },
        });
        let declared = json!({ "fields": fields, "tokens": ["tenant", "user"] });
        check(Some(TARGET), &json!({ "id": ID, "answer": {}, "declared": declared }), &[]);
    }

    #[test]
    fn everything_that_differs_is_told() {
        let fields = json!({ "path.tasklist_guid": { "kind": "string" }, "query.force": { "kind": "boolean" } });
        let declared = json!({ "fields": fields, "tokens": ["user"] });
        check(
            Some("/open-apis/task/v2/tasklists/l/activity_subscriptions/s?force=true"),
            &json!({ "id": ID, "answer": { "left": 3 }, "declared": declared }),
            &[
                "answer.left: nothing, 3",
                "path.activity_subscription_guid: declared, nothing",
                "query.force: nothing, [\"true\"]",
                "query.force: nothing, declared",
                "tokens: tenant user, user",
            ],
        );
    }

    #[test]
    fn a_token_that_was_not_given_is_told() {
        let api: Api = feishu_openapi_codegen::read(&spec()).expect("the spec has no mistakes");
        let operation = operations(&api).find(|operation| operation.id == ID).expect("the spec has the operation");
        let sent = Sent::new(&recorded(TARGET), &operation.path).expect("a request");
        let ours = OurCall { sent, answer: json!({}) };
        let testimony: Testimony = serde_json::from_value(json!({ "id": ID })).expect("a line of a driver");
        let mut theirs = recorded(TARGET);
        theirs.headers[0].1 = "Bearer t-another".to_owned();
        let compared = compare(operation, &Fields::new(), &ours, Some(&theirs), &testimony);
        assert_eq!(compared.request, ["authorization: the given token, Bearer t-another"]);
        theirs.headers.clear();
        let compared = compare(operation, &Fields::new(), &ours, Some(&theirs), &testimony);
        assert_eq!(compared.request, ["authorization: the given token, nothing"]);
    }

    #[test]
    fn a_call_that_cannot_be_made_is_told() {
        check(None, &json!({ "id": ID, "lacks": true }), &["operation: declared, nothing"]);
        check(
            None,
            &json!({ "id": ID, "error": "TypeError: no" }),
            &["call: made, TypeError: no", "request: sent, nothing"],
        );
        check(
            Some("/open-apis/auth/v3/tenant_access_token/internal"),
            &json!({ "id": ID }),
            &["request: sent, /open-apis/auth/v3/tenant_access_token/internal is no \
                 /open-apis/task/v2/tasklists/{tasklist_guid}/activity_subscriptions/{activity_subscription_guid}"],
        );
    }
}
