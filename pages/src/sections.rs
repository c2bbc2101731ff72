//! The parts of a page, by their headings.

use crate::blocks::Block;

/// What a part of a page is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Title and running text before the first part.
    Head,
    /// Method, address, limits, scopes.
    Request,
    Header,
    PathParameters,
    Query,
    Body,
    BodyExample,
    /// The heading above the answer; its text alone.
    Response,
    /// Headers of the answer.
    AnswerHeader,
    Answer,
    AnswerExample,
    Errors,
    Event,
    EventBody,
    EventExample,
    /// A part that holds no facts.
    Other,
}

/// A part with its blocks.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) part: Part,
    pub(crate) line: usize,
    pub(crate) blocks: Vec<Block>,
}

fn part_of(heading: &str) -> Option<Part> {
    Some(match heading.trim().trim_end_matches(['：', ':']).trim() {
        "请求" => Part::Request,
        "请求头" => Part::Header,
        "路径参数" => Part::PathParameters,
        "查询参数" => Part::Query,
        "请求体" | "请求参数" => Part::Body,
        "请求体示例" | "请求示例" | "cURL 请求示例" => Part::BodyExample,
        "响应" => Part::Response,
        "响应头" => Part::AnswerHeader,
        "响应体" | "成功响应" | "返回 Body" => Part::Answer,
        "响应体示例" | "响应示例" => Part::AnswerExample,
        "错误码" => Part::Errors,
        "事件" => Part::Event,
        "事件体" => Part::EventBody,
        "事件体示例" => Part::EventExample,
        _ => return None,
    })
}

/// Whether a heading names a part that we know.
pub(crate) fn is_known(heading: &str) -> bool {
    part_of(heading).is_some()
}

/// Splits blocks at headings.
pub(crate) fn sections(blocks: Vec<Block>) -> Vec<Section> {
    let mut sections = vec![Section { part: Part::Head, line: 1, blocks: Vec::new() }];
    let mut begun = false;
    for block in blocks {
        if let Block::Heading { line, text, .. } = &block {
            let part = part_of(text).unwrap_or(if begun { Part::Other } else { Part::Head });
            begun |= part != Part::Head;
            sections.push(Section { part, line: *line, blocks: Vec::new() });
        } else if let Some(last) = sections.last_mut() {
            last.blocks.push(block);
        }
    }
    sections
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<Part> {
        let blocks = crate::blocks::blocks(text, 0, &mut Default::default());
        sections(blocks).iter().map(|section| section.part).collect()
    }

    #[test]
    fn headings_before_the_first_part_belong_to_the_head() {
        assert_eq!(parts("# t\n## notes\n## 请求\n"), [Part::Head, Part::Head, Part::Head, Part::Request]);
    }

    #[test]
    fn an_unknown_heading_ends_a_part() {
        assert_eq!(parts("### 错误码\n## more\n"), [Part::Head, Part::Errors, Part::Other]);
    }
}
