//! Pages about events.

use feishu_openapi_pages::{Fact, Kind, draft, read};

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

### 事件体示例

```json
{"schema": "2.0", "header": {"event_id": "5e37"}}
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
    let event = page.event.expect("an event");
    assert_eq!(event.event_type.value, "pond.fish.fed_v1");
    assert_eq!(event.scopes.value, ["pond:fish"]);
    assert_eq!(event.delivery.value, ["Webhook"]);
    assert_eq!(event.fields[1].children[0].name, "event_id");
    assert_eq!(event.examples.len(), 1);
}

#[test]
fn an_event_is_no_operation() {
    let page = read("page", EVENT);
    assert!(page.facts.is_none());
    assert!(draft(&page).is_none());
}

#[test]
fn names_of_facts_are_read_back() {
    for fact in Fact::ALL {
        assert_eq!(fact.as_str().parse(), Ok(*fact));
    }
    assert_eq!("colour".parse::<Fact>(), Err(()));
}
