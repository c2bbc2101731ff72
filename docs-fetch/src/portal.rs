//! Requests to the portal.

use std::time::Duration;

use reqwest::header::{ACCEPT_LANGUAGE, RETRY_AFTER};
use reqwest::{Client, Response, Url};
use serde_json::Value;

const USER_AGENT: &str =
    concat!("feishu-openapi-docs-fetch/", env!("CARGO_PKG_VERSION"), " (+", env!("CARGO_PKG_REPOSITORY"), ")");

/// Longer waits are not worth it: run again later.
const LONGEST_WAIT: Duration = Duration::from_secs(300);

/// The portal, asked one question at a time.
pub(crate) struct Portal {
    client: Client,
    base: Url,
    pause: Duration,
    attempts: u32,
}

/// Why an attempt failed.
enum Failure {
    /// Another attempt may succeed; the portal may say when.
    Passing(String, Option<Duration>),
    /// It will not.
    Lasting(String),
}

impl Portal {
    pub(crate) fn new(base: &str, pause: Duration, attempts: u32) -> Result<Self, String> {
        let base = Url::parse(base).map_err(|error| format!("{base}: {error}"))?;
        let client = Client::builder()
            .user_agent(USER_AGENT)
            .timeout(Duration::from_secs(30))
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Portal { client, base, pause, attempts: attempts.max(1) })
    }

    /// The list of all documents.
    pub(crate) async fn tree(&self) -> Result<Value, String> {
        self.ask("/api/tools/docment/directory_list", &[]).await
    }

    /// One document.
    pub(crate) async fn page(&self, full_path: &str) -> Result<Value, String> {
        self.ask("/document_portal/v1/document/get_detail", &[("fullPath", full_path)]).await
    }

    async fn ask(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, String> {
        let mut url = self.base.join(path).map_err(|error| error.to_string())?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut attempt = 0;
        loop {
            let outcome = self.attempt(&url).await;
            tokio::time::sleep(self.pause).await;
            attempt += 1;
            match outcome {
                Ok(value) => return Ok(value),
                Err(Failure::Passing(_, wait)) if attempt < self.attempts => {
                    let backoff = self.pause.saturating_mul(2_u32.saturating_pow(attempt));
                    tokio::time::sleep(wait.unwrap_or(backoff).min(LONGEST_WAIT)).await;
                }
                Err(Failure::Passing(error, _)) => return Err(format!("{error} ({attempt} attempts)")),
                Err(Failure::Lasting(error)) => return Err(error),
            }
        }
    }

    async fn attempt(&self, url: &Url) -> Result<Value, Failure> {
        let request = self.client.get(url.clone()).header(ACCEPT_LANGUAGE, "zh-CN");
        let response = request.send().await.map_err(|error| Failure::Passing(words(&error), None))?;
        let status = response.status();
        if status.as_u16() == 429 || status.is_server_error() {
            return Err(Failure::Passing(format!("the portal answered {status}"), retry_after(&response)));
        }
        if !status.is_success() {
            return Err(Failure::Lasting(format!("the portal answered {status}")));
        }
        let bytes = response.bytes().await.map_err(|error| Failure::Passing(words(&error), None))?;
        let value: Value = serde_json::from_slice(&bytes)
            .map_err(|error| Failure::Passing(format!("the answer is no JSON: {error}"), None))?;
        match value.get("code").and_then(Value::as_i64) {
            Some(0) => Ok(value),
            code => Err(Failure::Lasting(format!("the portal answered code {code:?}"))),
        }
    }
}

/// An error with what caused it, without the address: the caller names the page.
fn words(error: &reqwest::Error) -> String {
    let mut text = "no answer".to_owned();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

/// Seconds; a date is not understood, and the usual backoff applies.
fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    value.trim().parse().ok().map(Duration::from_secs)
}
