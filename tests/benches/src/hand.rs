//! What an application would write by hand: reqwest, and serde's derives for the answer.

#![allow(missing_docs)]

use serde::Deserialize;
use serde::de::DeserializeOwned;

#[derive(Debug, Deserialize)]
pub struct Envelope<T> {
    pub code: i64,
    pub msg: String,
    pub data: Option<T>,
}

#[derive(Debug, Deserialize)]
pub struct OneTask {
    pub task: Option<Task>,
}

#[derive(Debug, Deserialize)]
pub struct Tasks {
    #[serde(default)]
    pub items: Vec<Task>,
    pub page_token: Option<String>,
    pub has_more: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Task {
    pub guid: String,
    pub summary: String,
    pub description: String,
    pub due: Option<Time>,
    pub reminders: Vec<Reminder>,
    pub creator: Option<Member>,
    pub members: Vec<Member>,
    pub completed_at: String,
    pub attachments: Vec<Attachment>,
    pub origin: Option<Origin>,
    pub extra: String,
    pub tasklists: Vec<InTasklist>,
    pub repeat_rule: String,
    pub parent_task_guid: String,
    pub mode: Option<i64>,
    pub source: Option<i64>,
    pub task_id: String,
    pub created_at: String,
    pub updated_at: String,
    pub status: String,
    pub url: String,
    pub start: Option<Time>,
    pub subtask_count: Option<i64>,
    pub is_milestone: Option<bool>,
    pub custom_fields: Vec<CustomField>,
    pub dependencies: Vec<Dependency>,
    pub assignee_related: Vec<Assignee>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Time {
    pub timestamp: String,
    pub is_all_day: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Reminder {
    pub id: String,
    pub relative_fire_minute: Option<i64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Member {
    pub id: String,
    pub r#type: String,
    pub role: String,
    pub name: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Attachment {
    pub guid: String,
    pub file_token: String,
    pub name: String,
    pub size: Option<i64>,
    pub resource: Option<Resource>,
    pub uploader: Option<Member>,
    pub is_cover: Option<bool>,
    pub uploaded_at: String,
    pub url: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Resource {
    pub r#type: String,
    pub id: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Origin {
    pub platform_i18n_name: Option<I18n>,
    pub href: Option<Href>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Href {
    pub url: Option<String>,
    pub title: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct I18n {
    pub en_us: Option<String>,
    pub zh_cn: Option<String>,
    pub zh_hk: Option<String>,
    pub zh_tw: Option<String>,
    pub ja_jp: Option<String>,
    pub fr_fr: Option<String>,
    pub it_it: Option<String>,
    pub de_de: Option<String>,
    pub ru_ru: Option<String>,
    pub th_th: Option<String>,
    pub es_es: Option<String>,
    pub ko_kr: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct InTasklist {
    pub tasklist_guid: Option<String>,
    pub section_guid: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CustomField {
    pub guid: String,
    pub r#type: String,
    pub number_value: String,
    pub datetime_value: String,
    pub member_value: Vec<Member>,
    pub single_select_value: String,
    pub multi_select_value: Vec<String>,
    pub name: String,
    pub text_value: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Dependency {
    pub r#type: String,
    pub task_guid: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Assignee {
    pub id: String,
    pub completed_at: String,
}

/// Sends a request with a token.
pub async fn send<T: DeserializeOwned>(
    request: reqwest::RequestBuilder,
    token: &str,
) -> Result<T, Box<dyn std::error::Error>> {
    let answer = request.bearer_auth(token).send().await?;
    let body = answer.bytes().await?;
    let envelope: Envelope<T> = serde_json::from_slice(&body)?;
    if envelope.code != 0 {
        return Err(format!("{}: {}", envelope.code, envelope.msg).into());
    }
    envelope.data.ok_or_else(|| "no data".into())
}
