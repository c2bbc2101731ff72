//! Forms in which pages say the same thing, one test each.

use feishu_openapi_pages::{Item, OperationFacts, Page, Ty, read};

/// A page with one body field: its type and description, as a Markdown table has them.
fn markdown(ty: &str, description: &str) -> Page {
    page(&format!(
        "| 名称 | 类型 | 必填 | 描述 |\n| --- | --- | --- | --- |\n| `size` | `{ty}` | 否 | {description} |\n"
    ))
}

/// The same in the portal's markup, where a description has lines.
fn markup(ty: &str, description: &str) -> Page {
    page(&format!(
        ":::html\n<md-dt-table>\n<md-dt-thead><md-dt-tr><md-dt-th>名称</md-dt-th><md-dt-th>类型</md-dt-th>\
         <md-dt-th>必填</md-dt-th><md-dt-th>描述</md-dt-th></md-dt-tr></md-dt-thead>\n<md-dt-tbody>\n\
         <md-dt-tr level=\"0\">\n<md-dt-td>size</md-dt-td>\n<md-dt-td>{ty}</md-dt-td>\n<md-dt-td>否</md-dt-td>\n\
         <md-dt-td>\n{description}\n</md-dt-td>\n</md-dt-tr>\n</md-dt-tbody>\n</md-dt-table>\n:::\n"
    ))
}

const ANSWER: &str =
    "### 响应体\n\n| 名称 | 类型 | 描述 |\n| --- | --- | --- |\n| `code` | `int` | c |\n| `msg` | `string` | m |\n";

/// A page of an operation with this body.
fn page(body: &str) -> Page {
    whole("", body, &format!("## 响应\n\n{ANSWER}"))
}

fn whole(head: &str, body: &str, answer: &str) -> Page {
    read(
        "feed.md",
        &format!(
            "# 喂鱼\n\n## 请求\n\n| 项目 | 值 |\n| --- | --- |\n\
             | HTTP URL | https://open.feishu.cn/open-apis/pond/v1/fish |\n| HTTP Method | POST |\n{head}\n\
             ### 请求体\n\n{body}\n{answer}"
        ),
    )
}

#[track_caller]
fn facts(page: &Page) -> &OperationFacts {
    assert_eq!(page.problems, []);
    page.facts.as_ref().expect("an operation")
}

#[track_caller]
fn field(page: &Page) -> &Item {
    &facts(page).request[0]
}

fn values(item: &Item) -> Vec<&str> {
    item.enum_values.iter().map(|value| value.value.as_str()).collect()
}

fn remarks(page: &Page) -> Vec<&str> {
    page.problems.iter().map(|problem| problem.what.as_str()).collect()
}

#[test]
fn values_on_one_line_are_all_read() {
    for text in [
        "大小<br>**可选值有**：<br>- s：小 - m：中（常用） - l：大 - 很大",
        "大小<br>**可选值有：** - `s`：小 - `m`：中 - `l`：大",
        "大小<br>**可能值有**：<br>* s: 小 * m: 中 * l: 大",
        "大小<br>**枚举值有**：**s**：小 **m**：中 **l**：大",
    ] {
        assert_eq!(values(field(&markdown("string", text))), ["s", "m", "l"], "{text}");
    }
}

#[test]
fn values_a_line_each_are_all_read() {
    let page =
        markup("string", "大小\n\n**可能值有**：\n\n- `s`：小\n    - 很小的\n- `m`: 中\n- `l`：大\n\n默认为中。");
    assert_eq!(values(field(&page)), ["s", "m", "l"]);
    assert_eq!(field(&page).enum_values[0].description, "小 - 很小的");
    assert!(field(&page).prose.ends_with("默认为中。"), "{}", field(&page).prose);
}

#[test]
fn numbers_are_values_with_and_without_colons() {
    assert_eq!(values(field(&markdown("int", "大小<br>**可选值有**： * 0 小 * 1 大"))), ["0", "1"]);
    assert_eq!(values(field(&markup("int", "**类型**：\n* 1: 小\n* 2:大\n\n**示例值**：1"))), ["1", "2"]);
}

#[test]
fn what_true_and_false_mean_is_no_list_of_values() {
    for text in
        ["满吗<br>**可能值有**： - true（默认值）：满 - false：不满", "满吗<br>- **true**：满 - **false**：不满"]
    {
        let page = markdown("boolean", text);
        assert_eq!(values(field(&page)), [""; 0], "{text}");
        assert!(field(&page).prose.contains("不满"), "{text}");
    }
}

#[test]
fn a_list_that_stands_elsewhere_is_no_problem_and_one_that_is_unreadable_is() {
    let page = markdown("string", "大小<br>**可选值有**：参见[大小](https://example.com/sizes)");
    assert_eq!(values(field(&page)), [""; 0]);
    assert_eq!(remarks(&markdown("string", "大小<br>**可选值有**：小和大")), ["value not understood: 小和大"]);
}

#[test]
fn values_within_a_line_of_running_text_are_read() {
    let page = markdown("string", "大小 - `s`: 小 - `l`: 大");
    assert_eq!((values(field(&page)), field(&page).prose.as_str()), (vec!["s", "l"], "大小"));
}

#[test]
fn an_enum_in_the_markup_goes_on_behind_a_remark() {
    let page = markdown("string", "**可选值有**：<br>- `s`: 小<br>**注意**：小心。 - `l`: 大");
    assert_eq!(values(field(&page)), ["s", "l"]);
}

#[test]
fn limits_have_many_words() {
    let bounds = |ty: &str, rule: &str| {
        let page = markdown(ty, &format!("大小<br>**数据校验规则**：<br>{rule}"));
        let item = field(&page);
        let value = |bound: &Option<feishu_openapi_pages::Stated<f64>>| bound.as_ref().map(|bound| bound.value);
        [&item.min, &item.max, &item.min_length, &item.max_length, &item.min_items, &item.max_items].map(value)
    };
    let [one, hundred] = [Some(1.0), Some(100.0)];
    assert_eq!(bounds("string", "1 ~ 100 个字符。"), [None, None, one, hundred, None, None]);
    assert_eq!(bounds("string", "长度范围：`1` 字符 ～ `100` 字符"), [None, None, one, hundred, None, None]);
    assert_eq!(bounds("string", "* 长度范围：`1`~`1,000`字符"), [None, None, one, Some(1000.0), None, None]);
    assert_eq!(bounds("string[]", "列表长度不能大于 100。"), [None, None, None, None, None, hundred]);
    assert_eq!(bounds("int", "int32 范围（`1` ~ `100`）内的正整数。"), [one, hundred, None, None, None, None]);
    assert_eq!(bounds("int", "最大值：`1 ～ 100`"), [one, hundred, None, None, None, None]);
    assert_eq!(bounds("int", "- `1` ～ `100`"), [one, hundred, None, None, None, None]);
}

#[test]
fn a_bound_may_be_a_label_of_its_own() {
    let page = markdown("int", "大小 - **最小值**：1 - **最大值**：100 - **默认值**：20");
    let item = field(&page);
    assert_eq!(item.min.as_ref().map(|bound| bound.value), Some(1.0));
    assert_eq!(item.max.as_ref().map(|bound| bound.value), Some(100.0));
    assert_eq!(item.default.as_ref().map(|default| default.value.as_str()), Some("20"));
}

#[test]
fn a_rule_in_words_is_running_text_and_an_unknown_rule_is_a_problem() {
    let page = markdown("string", "名<br>**数据校验规则**：<br>最大长度为 `256` 字节");
    assert!(field(&page).prose.contains("256"));
    assert_eq!(field(&page).max_length, None);
    let page = markdown("string", "名<br>**数据校验规则**：<br>- 颜色：红");
    assert_eq!(remarks(&page), ["rule not understood: 颜色：红"]);
}

#[test]
fn a_pattern_may_hold_pipes() {
    let page = markdown("string", "名<br>**数据校验规则**：<br>- 正则校验：`^(a|b)|c$`");
    assert_eq!(field(&page).pattern.as_ref().map(|pattern| pattern.value.as_str()), Some("^(a|b)|c$"));
}

#[test]
fn no_default_is_said_in_words() {
    for text in ["空", "空，由系统生成", "无", "-"] {
        let page = markdown("string", &format!("名<br>**默认值**：{text}"));
        assert_eq!(field(&page).default, None, "{text}");
    }
}

#[test]
fn tables_may_lack_bars_and_have_short_rules() {
    let page = page(
        "|**参数**|**参数类型**|**必须**|**说明**&nbsp;|\n|-|-|-|-|\n|size|String|是|大小|\nfish | map | 否 | 鱼\n&emsp;∟id|string|是|标识\n",
    );
    let fields = &facts(&page).request;
    assert_eq!((fields[0].ty.clone(), fields[0].required), (Ty::String, Some(true)));
    assert_eq!((fields[1].ty.clone(), fields[1].children[0].name.as_str()), (Ty::Map, "id"));
}

#[test]
fn depth_is_what_is_drawn_further_right() {
    let page = page(
        "|参数|类型|必须|说明|\n|-|-|-|-|\n|list|list|是|l|\n|&emsp;&emsp;&emsp;∟id|string|是|i|\n|&emsp;&emsp;&emsp;∟name|string|否|n|\n",
    );
    let list = &facts(&page).request[0];
    assert_eq!(list.children.iter().map(|item| item.name.as_str()).collect::<Vec<_>>(), ["id", "name"]);
}

#[test]
fn required_may_stand_behind_the_name_and_two_names_in_a_row() {
    let page = page("|参数|类型|描述|示例值|\n|-|-|-|-|\n|`id` `必选`|`string`|标识|7|\n|a、b|string|两个|x|\n");
    let fields = &facts(&page).request;
    assert_eq!((fields[0].name.as_str(), fields[0].required), ("id", Some(true)));
    assert_eq!(fields[0].example.as_ref().map(|example| example.value.as_str()), Some("7"));
    assert_eq!((fields[1].name.as_str(), fields[2].name.as_str()), ("a", "b"));
}

#[test]
fn a_column_may_say_that_a_field_stands_in_the_address() {
    let page =
        page("|参数|格式|必须|说明|类型|\n|-|-|-|-|-|\n|id|string|是|标识|URL参数|\n|image|file|是|图|请求 body|\n");
    assert_eq!((facts(&page).query[0].name.as_str(), facts(&page).request[0].name.as_str()), ("id", "image"));
}

#[test]
fn an_object_may_be_called_file_and_a_text_may_hold_json() {
    let page = page(
        "| 名称 | 类型 | 必填 | 描述 |\n| --- | --- | --- | --- |\n| `doc` | `file` | 否 | 文件 |\n\
         | &nbsp;&nbsp;└ `token` | `string` | 否 | t |\n| `form` | `string` | 否 | JSON |\n| &nbsp;&nbsp;└ `id` | `string` | 否 | 标识 |\n",
    );
    let fields = &facts(&page).request;
    assert_eq!((fields[0].ty.clone(), fields[0].children.len()), (Ty::Object, 1));
    assert_eq!((fields[1].ty.clone(), fields[1].children.len()), (Ty::String, 0));
    assert!(fields[1].prose.contains("id：标识"));
}

#[test]
fn a_second_table_that_explains_is_no_table_of_fields() {
    let page = page("|参数|类型|必须|说明|\n|-|-|-|-|\n|id|string|是|i|\n\n|类型|说明|\n|-|-|\n|文本|--|\n");
    assert_eq!(facts(&page).request.len(), 1);
}

#[test]
fn a_special_limit_is_a_limit() {
    let page = whole("| 接口频率限制 | [特殊频控](x) |\n", "无\n", &format!("## 响应\n\n{ANSWER}"));
    assert_eq!(facts(&page).rate_limits.value[0].per, "special");
}

#[test]
fn an_answer_may_be_a_file() {
    let page = whole("", "无\n", "## 响应\n\nHTTP状态码为 200 时，表示成功\n\n返回文件二进制流\n");
    assert!(facts(&page).answers_file);
    assert!(!facts(&page).wrapped);
}

#[test]
fn an_answer_with_the_name_of_a_file_is_a_file() {
    let header = "### 响应头\n\n|名称|类型|描述|\n|-|-|-|\n|`content-disposition`|`string`|名|\n";
    let page = whole("", "无\n", &format!("## 响应\n\n{header}"));
    assert!(facts(&page).answers_file);
}

#[test]
fn errors_may_lack_the_status_and_texts_may_hold_pipes() {
    let table = "### 错误码\n\n|错误码|说明|排查建议|\n|-|-|-|\n|77404|无鱼|找鱼|\n";
    let page = whole("", "无\n", &format!("## 响应\n\n{ANSWER}\n{table}"));
    assert_eq!((facts(&page).errors[0].status, facts(&page).errors[0].code), (0, 77404));
    let table = "### 错误码\n\n|HTTP状态码|错误码|描述|排查建议|\n|-|-|-|-|\n|404|77404|无鱼|找鱼|或者虾|\n";
    let page = whole("", "无\n", &format!("## 响应\n\n{ANSWER}\n{table}"));
    assert_eq!(facts(&page).errors[0].hint, "找鱼 | 或者虾");
}

#[test]
fn examples_may_have_comments_and_several_values() {
    let example = |code: &str| {
        let body = format!("无\n\n### 请求体示例\n\n```json\n{code}\n```\n");
        let page = whole("", &body, &format!("## 响应\n\n{ANSWER}"));
        facts(&page).request_examples.iter().filter_map(|example| example.json.clone()).collect::<Vec<_>>()
    };
    let one = serde_json::json!({"size": 1});
    assert_eq!(example("{\"size\": 1, // small\n}"), vec![one.clone()]);
    assert_eq!(example("# small\n{\"size\": /* very */ 1}"), vec![one.clone()]);
    assert_eq!(example("// small\n{\"size\": 1}\n// large\n{\"size\": 1}"), [one.clone(), one.clone()]);
    assert_eq!(example("curl -X POST 'https://x' \\\n--data-raw '{\"size\": 1}'"), vec![one.clone()]);
    assert_eq!(example("import json\nprint({'size': 1})"), [] as [serde_json::Value; 0]);
    assert_eq!(example("data: {\"size\": 1}\n\ndata: {\"size\": 1}"), [one.clone(), one]);
    assert_eq!(example("{\"size\": \"a\\_b\nc\"}"), [serde_json::json!({"size": "a\\_b\nc"})]);
}

#[test]
fn a_block_of_code_may_end_with_more_backticks() {
    let page = whole("", "无\n\n### 请求体示例\n\n```json\n{}\n````\n", &format!("## 响应\n\n{ANSWER}"));
    assert_eq!(facts(&page).request_examples.len(), 1);
}

#[test]
fn tokens_may_be_listed_behind_the_format() {
    let header = "### 请求头\n\n|名称|类型|必填|描述|\n|-|-|-|-|\n\
                  |Authorization|string|是|凭证 **值格式**：\"Bearer `access_token`\" 可选值如下： - `tenant_access_token`：应用|\n";
    let page = whole(&format!("\n{header}"), "无\n", &format!("## 响应\n\n{ANSWER}"));
    assert_eq!(facts(&page).tokens.value, ["tenant_access_token"]);
}

#[test]
fn a_table_and_its_text_that_contradict_each_other_are_a_problem() {
    let page = markdown("string", "名<br>**必填：** 是<br>**示例值**：\"a\"");
    assert_eq!(remarks(&page), ["`size` is required in the text and not in the table, or the reverse"]);
}

#[test]
fn a_byte_order_mark_is_nothing() {
    let text = "---\ntitle: t\nfullPath: /a/pond/feed\nupdateTime: 1694419127000\n---\n# t\n";
    let (plain, marked) = (read("p", text), read("p", &format!("\u{feff}{text}")));
    assert!(plain.source.full_path.is_some());
    assert_eq!(plain, marked);
}
