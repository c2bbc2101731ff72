//! One operation, as a witness has it and as we have it.

use feishu_openapi_codegen::ir::Operation;
use feishu_openapi_tests::recorder::Recorded;
use feishu_openapi_tests::request::Sent;

use crate::answer::unread;
use crate::difference::declared;
use crate::driver::Testimony;
use crate::fields::{Fields, SpecField};
use crate::ours::OurCall;

/// What came of the comparison of one operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Compared {
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
    /// All differences.
    pub fn all(&self) -> impl Iterator<Item = &String> {
        self.request.iter().chain(&self.answer).chain(&self.declared)
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
    let mut compared = Compared::default();
    if testimony.lacks {
        compared.declared.push("operation: declared, nothing".to_owned());
        return compared;
    }
    compared.request = match request.map(|request| Sent::new(request, &operation.path)) {
        Some(Ok(theirs)) => ours.sent.differences(&theirs),
        Some(Err(error)) => vec![format!("request: sent, {error}")],
        None => vec!["request: sent, nothing".to_owned()],
    };
    compared.answer = unread(&ours.answer, &testimony.answer);
    compared.answer.extend(testimony.error.as_ref().map(|error| format!("call: made, {error}")));
    if let Some(sdk) = &testimony.declared {
        compared.fields = sdk.fields.len();
        compared.declared = declared(spec, &sdk.fields);
        let tokens = [("tenant", operation.tokens.tenant), ("user", operation.tokens.user)];
        let ours: Vec<&str> = tokens.into_iter().filter_map(|(name, accepted)| accepted.then_some(name)).collect();
        if let Some(theirs) = sdk.tokens.as_ref().filter(|theirs| **theirs != ours) {
            compared.declared.push(format!("tokens: {}, {}", ours.join(" "), theirs.join(" ")));
        }
    }
    compared
}
