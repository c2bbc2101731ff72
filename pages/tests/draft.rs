//! What a maintainer starts from.

use feishu_openapi_pages::{draft, read};

const PAGE: &str = r#"---
title: "换水"
fullPath: "/x/pond-v1/pond-water/patch"
updateTime: "1691401913000"
---

# 换水

## 请求

| 项目 | 值 |
| --- | --- |
| HTTP URL | https://open.feishu.cn/open-apis/pond/v1/ponds/:pond_id |
| HTTP Method | PATCH |
| 接口频率限制 | [10 次/秒](https://x) |
| 支持的应用类型 | custom |
| 权限要求 | `pond:pond:write` 池 |

### 请求头

| 名称 | 类型 | 必填 | 描述 |
| --- | --- | --- | --- |
| Authorization | string | 是 | `tenant_access_token` |
| Content-Type | string | 是 | **固定值**："application/json; charset=utf-8" |

### 路径参数

| 名称 | 类型 | 描述 |
| --- | --- | --- |
| `pond_id` | `string` | 池<br>**示例值**："p1"<br>**数据校验规则**：<br>- 最大长度：`100` 字符 |

### 请求体

| 名称 | 类型 | 必填 | 描述 |
| --- | --- | --- | --- |
| `pond` | `input_pond` | 是 | 新值 |
| &nbsp;&nbsp;└ `kind` | `int` | 否 | 水<br>**可选值有**：<br>- `1`: 淡 - `2`: 咸<br>**默认值**：`1` |
| &nbsp;&nbsp;└ `owner` | `member` | 否 | 主 |
| &nbsp;&nbsp;&nbsp;&nbsp;└ `id` | `string` | 是 | 号，最长20个字符 |
| `update_fields` | `string\[\]` | 是 | 改<br>**示例值**：["kind"]<br>**数据校验规则**：<br>- 最小长度：`1` |

### 请求体示例

```json
{"pond": {"kind": 2}, "update_fields": ["kind"]}
```

## 响应

### 响应体

| 名称 | 类型 | 描述 |
| --- | --- | --- |
| `code` | `int` | 码 |
| `msg` | `string` | 话 |
| `data` | `\-` | \- |

### 响应体示例

```json
{"code": 0, "msg": "success", "data": {}}
```

### 错误码

| HTTP状态码 | 错误码 | 描述 | 排查建议 |
| --- | --- | --- | --- |
| 404 | 77404 | 没有池 | 找池 |
"#;

const DRAFT: &str = r##"paths:
  /open-apis/pond/v1/ponds/{pond_id}:
    patch:
      operationId: pond.v1.pond_water.patch # TODO(you): the names of the official SDKs
      summary: # TODO(you): what it does, in a line
      description: # TODO(you): what matters beyond the summary
      externalDocs:
        url: https://open.feishu.cn/document/x/pond-v1/pond-water/patch
      x-feishu-page:
        title: 换水
        updated: "2023-08-07T09:51:53Z"
      x-feishu-app-types: [custom]
      x-feishu-rate-limits: [{requests: 10, per: second}]
      x-feishu-scopes: [pond:pond:write]
      x-feishu-update-mask:
        target: pond # TODO(you): is it the one?
        fields: update_fields
        clearable: # TODO(you): the fields that may be cleared
      security: [{tenant_access_token: []}]
      parameters:
        - name: pond_id
          in: path
          required: true
          description: # TODO(you): in our words: 池
          schema:
            type: string
            maxLength: 100
          example: p1
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [pond, update_fields]
              properties:
                pond:
                  type: object
                  description: # TODO(you): in our words: 新值
                  properties:
                    kind:
                      type: integer
                      enum: [1, 2]
                      x-enumDescriptions:
                        "1": # TODO(you): in our words: 淡
                        "2": # TODO(you): in our words: 咸
                      x-enum-varnames: # TODO(you): a name for each value
                      description: # TODO(you): in our words: 水
                      default: 1
                    owner:
                      allOf:
                        - $ref: "#/components/schemas/Member"
                      description: # TODO(you): in our words: 主
                update_fields:
                  type: array
                  minItems: 1
                  items:
                    type: string
                    enum: # TODO(you): the fields that may be named
                  description: # TODO(you): in our words: 改
                  example:
                    - kind
            example:
              pond:
                kind: 2
              update_fields:
                - kind
      responses:
        "200":
          description: # TODO(you): what is answered
          content:
            application/json:
              schema:
                $ref: "../../common.yaml#/components/schemas/Envelope"
              example:
                code: 0
                msg: success
                data: {}
        default: {$ref: "../../common.yaml#/components/responses/Error"}
      x-feishu-errors:
        - status: 404
          code: 77404
          meaning: # TODO(you): in our words: 没有池
          hint: # TODO(you): what to do, or delete the line; `retry: true` if it helps
components:
  schemas: # TODO(you): names and what is shared are yours to decide
    Member:
      type: object
      description: # TODO(you): say what it is
      required: [id]
      properties:
        id:
          type: string
          description: # TODO(you): in our words: 号，最长20个字符
          x-feishu-prose: # TODO(you): does the text state a limit, or the values? 号，最长20个字符
"##;

#[test]
fn an_operation_is_drafted_with_gaps() {
    let draft = draft(&read("page", PAGE)).expect("an operation");
    assert_eq!(draft, DRAFT);
}

#[test]
fn problems_of_the_page_come_first() {
    let page = PAGE.replace("[10 次/秒](https://x)", "特殊");
    let draft = draft(&read("page", &page)).expect("an operation");
    let first = draft.lines().next();
    assert_eq!(first, Some("# TODO(you): page, line 15: rate limit not understood: 特殊"));
}

#[test]
fn a_lost_nesting_is_said() {
    let page = read("page", PAGE);
    let mut lost = page.clone();
    if let Some(facts) = &mut lost.facts {
        facts.request_nesting = feishu_openapi_pages::Nesting::Lost;
    }
    let text = draft(&lost).expect("an operation");
    assert!(text.starts_with("# TODO(you): this page lost the nesting"));
}

/// The draft of the page with one more row of the body.
fn with_row(row: &str) -> String {
    let mark = "| `update_fields`";
    let text = PAGE.replacen(mark, &format!("{row}\n{mark}"), 1);
    draft(&read("page", &text)).expect("an operation")
}

#[test]
fn a_key_that_the_page_calls_idempotent_is_proposed_whatever_its_name() {
    let text = with_row("| `uuid` | `string` | 否 | 用于请求去重 |");
    assert!(text.contains("x-feishu-idempotency-key: uuid # TODO(you)"), "{text}");
    assert!(!with_row("| `uuid` | `string` | 否 | 标识 |").contains("x-feishu-idempotency-key"));
}

#[test]
fn the_unit_of_a_time_is_read_from_the_text() {
    for (text, format) in [("毫秒", "unix-millis"), ("单位：秒", "unix-seconds")] {
        let draft = with_row(&format!("| `start_time` | `string` | 否 | {text} |"));
        assert!(draft.contains(&format!("format: {format} # TODO(you)")), "{draft}");
    }
    assert!(with_row("| `start_time` | `string` | 否 | 起 |").contains("format: # TODO(you)"));
}

#[test]
fn english_texts_of_errors_are_offered() {
    let text = PAGE.replace("没有池", "pond not found");
    let draft = draft(&read("page", &text)).expect("an operation");
    assert!(draft.contains("meaning: \"pond not found\" # TODO(you)"), "{draft}");
}

#[test]
fn a_special_limit_and_a_missing_status_are_for_a_human_to_settle() {
    let text = PAGE.replace("[10 次/秒](https://x)", "[特殊频控](https://x)");
    let text = text.replace("| HTTP状态码 | 错误码 |", "| 错误码 |").replace("| 404 | 77404 |", "| 77404 |");
    let text = text.replace("| --- | --- | --- | --- |\n| 77404", "| --- | --- | --- |\n| 77404");
    let draft = draft(&read("page", &text)).expect("an operation");
    assert!(draft.contains("x-feishu-rate-limits: [] # TODO(you)"), "{draft}");
    assert!(draft.contains("status: # TODO(you)"), "{draft}");
}
