//! Pages about events.

use feishu_openapi_pages::{EVENT_METHOD, Fact, Kind, draft, read};

const EVENT: &str = r#"---
title: "鱼饱了"
fullPath: "/x/pond-v1/fish/events/fed"
updateTime: "1723533642000"
---

# 鱼饱了

## 事件

| 项目 | 值 |
| --- | --- |
| 事件类型 | pond.fish.fed_v1 |
| 支持的应用类型 | custom,isv |
| 权限要求             订阅 | `pond:fish` 鱼 |
| 推送方式 | `Webhook` |

### 事件体

| 名称 | 类型 | 描述 |
| --- | --- | --- |
| `schema` | `string` | 模式 |
| `header` | `event_header` | 头 |
| &nbsp;&nbsp;└ `event_id` | `string` | 编号 |
| `event` | `\-` | \- |
| &nbsp;&nbsp;└ `fish_id` | `string` | 鱼 |
| &nbsp;&nbsp;└ `food` | `food` | 食 |
| &nbsp;&nbsp;&nbsp;&nbsp;└ `grams` | `int` | 克 |

### 事件体示例

```json
{"schema": "2.0", "header": {"event_id": "5e37"}, "event": {"fish_id": "f1", "food": {"grams": 2}}}
```

### 事件订阅示例代码

```
func main() {}
```
"#;

#[test]
fn an_event_is_read() {
    let page = read("page", EVENT);
    assert_eq!(page.kind, Kind::Event);
    assert_eq!(page.problems, []);
    let event = page.facts.expect("an event");
    assert_eq!((event.method.value.as_str(), event.path.value.as_str()), (EVENT_METHOD, "pond.fish.fed_v1"));
    assert_eq!(event.scopes.value, ["pond:fish"]);
    let names: Vec<_> = event.response.iter().map(|item| item.name.as_str()).collect();
    assert_eq!(names, ["fish_id", "food"]);
    assert_eq!(event.response[1].children[0].name, "grams");
    assert_eq!(event.response_examples.len(), 1);
}

#[test]
fn an_event_without_content_is_a_problem() {
    let page = read("page", &EVENT.replace("| `event` |", "| `evnt` |"));
    let problems: Vec<_> = page.problems.iter().map(|problem| problem.what.as_str()).collect();
    assert_eq!(problems, ["no field `event`"]);
}

#[test]
fn another_way_of_delivery_is_a_problem() {
    let page = read("page", &EVENT.replace("`Webhook`", "`Pigeon`"));
    let problems: Vec<_> = page.problems.iter().map(|problem| problem.what.as_str()).collect();
    assert_eq!(problems, ["row not understood: 推送方式"]);
}

const DRAFT: &str = r##"x-webhooks:
  pond.fish.fed_v1:
    post:
      operationId: pond.v1.fish.fed # TODO(you): the names of the official SDKs
      summary: # TODO(you): what it does, in a line
      description: # TODO(you): what matters beyond the summary
      externalDocs:
        url: https://open.feishu.cn/document/x/pond-v1/fish/events/fed
      x-feishu-page:
        title: 鱼饱了
        updated: "2024-08-13T07:20:42Z"
      x-feishu-app-types: [custom, isv]
      x-feishu-scopes: [pond:fish]
      security: []
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              properties:
                fish_id:
                  type: string
                  description: # TODO(you): in our words: 鱼
                food:
                  allOf:
                    - $ref: "#/components/schemas/Food"
                  description: # TODO(you): in our words: 食
            example:
              schema: "2.0"
              header:
                event_id: "5e37"
              event:
                fish_id: f1
                food:
                  grams: 2
      responses:
        "200":
          description: The event has arrived.
components:
  schemas: # TODO(you): names and what is shared are yours to decide
    Food:
      type: object
      description: # TODO(you): say what it is
      properties:
        grams:
          type: integer
          description: # TODO(you): in our words: 克
"##;

#[test]
fn an_event_is_drafted() {
    let page = read("page", EVENT);
    assert_eq!(draft(&page).expect("an event"), DRAFT);
}

#[test]
fn names_of_facts_are_read_back() {
    for fact in Fact::ALL {
        assert_eq!(fact.as_str().parse(), Ok(*fact));
    }
    assert_eq!("colour".parse::<Fact>(), Err(()));
}
