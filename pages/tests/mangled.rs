//! Arbitrary and mangled text never panics, never hangs, and never looks whole.

use feishu_openapi_pages::{compare, draft, read};
use proptest::prelude::*;

const PAGE: &str = "---
title: \"t\"
fullPath: \"/x/task/get\"
---
# t
## 请求
| 项目 | 值 |
| --- | --- |
| HTTP URL | https://open.feishu.cn/open-apis/x/v1/y/:id |
| HTTP Method | POST |
| 接口频率限制 | [1000 次/分钟、50 次/秒](https://x) |
| 权限要求 | `a:b` 看 |
### 请求头
| 名称 | 类型 | 必填 | 描述 |
| --- | --- | --- | --- |
| Authorization | string | 是 | `tenant_access_token` **示例值**：\"Bearer u\" |
### 路径参数
| 名称 | 类型 | 描述 |
| --- | --- | --- |
| `id` | `string` | 编号<br>**示例值**：\"1\" |
### 请求体
| 名称 | 类型 | 必填 | 描述 |
| --- | --- | --- | --- |
| `a` | `pet\\[\\]` | 是 | 甲<br>**数据校验规则**：<br>- 长度范围：`1` ～ `50` - 正则校验：`[a-z]{2}` |
| &nbsp;&nbsp;└ `b` | `int` | 否 | 乙<br>**可选值有**：<br>- `1`: 一 - `2`: 二<br>**默认值**：`1` |
### 请求体示例
```json
{\"a\": [{\"b\": 1, }]} // x
```
## 响应
### 响应体
:::html
<md-dt-table><md-dt-thead><md-dt-tr><md-dt-th style=\"x\">名称</md-dt-th><md-dt-th>类型</md-dt-th><md-dt-th>描述</md-dt-th></md-dt-tr></md-dt-thead>
<md-dt-tr level=\"0\"><md-dt-td>code</md-dt-td><md-dt-td>int</md-dt-td><md-dt-td>码 <at id=1></md-dt-td></md-dt-tr>
<md-dt-tr level=\"7\"><md-dt-td>msg</md-dt-td><md-dt-td>string</md-dt-td><md-dt-td><md-enum><md-enum-item key=\"k\">话</md-enum-item></md-enum></md-dt-td></md-dt-tr>
</md-dt-table>
:::
### 错误码
HTTP状态码 | 错误码 | 描述 | 排查建议
---|---|---|---
400 | 77400 | 错  
了 | 查
";

/// Everything that is done to a page, done to anything.
fn exercise(text: &str) {
    let page = read("page", text);
    let _ = draft(&page);
    if let Some(facts) = &page.facts {
        let found = compare(facts, facts, &[]);
        assert!(!found.drifted(), "{:?}", found.differences);
    }
}

/// What pages are made of, and what breaks readers; separated by spaces.
const PIECES: &str = "| ---|--- ` ``` ** **示例值**： **可选值有**： **数据校验规则**： ～ └ ∟ <md-table> </md-table> \
    <md-dt-tr\u{a0}level=\"9999999999\"> <md-td> <md-th> <br> < > \" ' = HTTP\u{a0}URL 名称 类型 必填 描述 string \
    int\\[\\] 是 https://h/:x --- <!-- --> title: :::html <md-code-json> { } [ ] , // ： é - `: 字符 正则校验： \
    -1 99999999999999999999 &nbsp;&nbsp; 长度范围：";

fn pieces() -> impl Strategy<Value = String> {
    let mut pieces: Vec<&str> = PIECES.split(' ').filter(|piece| !piece.is_empty()).collect();
    pieces.extend(["\n", "  \n", " ", "\u{a0}", "\n## 请求\n", "\n### 请求体\n", "\n### 响应体\n", "\n### 错误码\n"]);
    prop::collection::vec(prop::sample::select(pieces), 0..120).prop_map(|parts| parts.concat())
}

fn mangled() -> impl Strategy<Value = String> {
    let lines = PAGE.lines().count();
    let step = (0..lines, 0..6_usize, 0..400_usize);
    prop::collection::vec(step, 1..8).prop_map(|steps| {
        let mut lines: Vec<String> = PAGE.lines().map(str::to_owned).collect();
        for (at, what, much) in steps {
            let at = at.min(lines.len().saturating_sub(1));
            let Some(line) = lines.get_mut(at) else { break };
            match what {
                0 => drop(lines.remove(at)),
                1 => {
                    let end = line.char_indices().nth(much % 40).map_or(line.len(), |(end, _)| end);
                    line.truncate(end);
                }
                2 => line.push_str(&line.clone()),
                3 => *line = line.replacen('|', "||", 1),
                4 => *line = format!("{}{line}", "&nbsp;&nbsp;".repeat(much)),
                _ => lines.truncate(at),
            }
        }
        lines.join("\n")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text_is_read(text in any::<String>()) {
        exercise(&text);
    }

    #[test]
    fn arbitrary_pieces_are_read(text in pieces()) {
        exercise(&text);
        exercise(&format!("{PAGE}{text}"));
    }

    #[test]
    fn mangled_pages_are_read(text in mangled()) {
        exercise(&text);
    }
}

#[test]
fn endless_nesting_is_cut() {
    let mut text = PAGE.to_owned();
    text.push_str("### 请求体\n| 名称 | 类型 |\n| --- | --- |\n");
    for depth in 0..5_000 {
        text.push_str(&format!("| {}└ x{depth} | object |\n", "&nbsp;&nbsp;".repeat(depth.min(300))));
    }
    exercise(&text);
}

#[test]
fn long_lines_take_no_longer_than_they_must() {
    let start = std::time::Instant::now();
    for piece in ["**", "<", "- `", "`", "|", "\"", "**示例值**：", "<md-td "] {
        exercise(&format!("{PAGE}### 请求体\n| 名称 | 描述 |\n| --- | --- |\n| x | {} |\n", piece.repeat(20_000)));
    }
    assert!(start.elapsed().as_secs() < 60);
}

/// A page cut short says so, wherever it is cut between two parts.
#[test]
fn a_cut_page_has_problems() {
    let whole = read("page", PAGE).problems.len();
    for part in ["### 请求体\n", "### 响应体\n"] {
        let cut = PAGE.split(part).next().unwrap_or_default();
        assert!(read("page", cut).problems.len() >= whole.min(1), "{part}");
    }
}
