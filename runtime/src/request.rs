//! Requests: values that know how to be sent.

use serde::de::DeserializeOwned;

use crate::constraint::{Constrained, Violations, validate};
use crate::encode::Encoder;
use crate::operation::Operation;

/// The request of an operation; implemented by generated code.
pub trait Request: Constrained + Clone + Send + Sync + 'static {
    /// What is known about the operation.
    const OPERATION: &'static Operation;

    /// The content of `data` in the answer.
    type Response: DeserializeOwned + Default + Send + 'static;

    /// Puts every field where it belongs.
    ///
    /// What is wrong, such as an empty path parameter, is told by the encoder.
    fn encode(&self, out: &mut Encoder);

    /// The field with the idempotency key, where the operation has one.
    fn idempotency_key(&mut self) -> Option<&mut Option<String>> {
        None
    }

    /// Checks the request against every documented limit, and against the rules that its documentation marks.
    ///
    /// Calls do this only if asked to (`ClientBuilder::validate`), since the
    /// server's limits may change before this crate does.
    ///
    /// # Errors
    ///
    /// Lists all violations with the paths of their fields.
    fn validate(&self) -> Result<(), Violations> {
        validate(self)
    }
}
