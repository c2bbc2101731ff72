//! Where in the text a place of the tree stands. Used only when there is something to report.

use std::ops::Range;

use saphyr_parser::{Event, Parser, Span};

use crate::diagnostic::{Pointer, Target, unescaped};

/// A YAML node with the bytes it covers.
struct Node {
    range: Range<usize>,
    children: Children,
}

enum Children {
    None,
    List(Vec<Node>),
    Map(Vec<(String, Range<usize>, Node)>),
}

/// The positions of one text.
pub(crate) struct Spans {
    root: Option<Node>,
}

impl Spans {
    /// Reads the positions of `text`; of a text that cannot be parsed, none.
    pub(crate) fn read(text: &str) -> Self {
        let mut events = Events { parser: Parser::new_from_str(text), bytes: byte_offsets(text), depth: 0 };
        Spans { root: events.document() }
    }

    /// The bytes of the key or value at `place`, or of the nearest node above it that exists.
    pub(crate) fn find(&self, place: &Pointer, target: Target) -> Range<usize> {
        let Some(root) = &self.root else { return 0..0 };
        let mut node = root;
        let mut found = first_key(root);
        let segments: Vec<&str> = place.path.split('/').skip(1).collect();
        for (index, segment) in segments.iter().enumerate() {
            let Some((key, next)) = child(node, segment) else { break };
            let last = index + 1 == segments.len();
            found = match key {
                Some(key) if !last || target == Target::Key || !is_leaf(next) => key,
                _ => next.range.clone(),
            };
            node = next;
        }
        found
    }
}

fn is_leaf(node: &Node) -> bool {
    matches!(node.children, Children::None) && !node.range.is_empty()
}

fn first_key(node: &Node) -> Range<usize> {
    match &node.children {
        Children::Map(entries) => entries.first().map_or(0..0, |(_, key, _)| key.clone()),
        _ => node.range.start..node.range.start,
    }
}

/// The child that a segment of a pointer names, with the range of its key.
fn child<'a>(node: &'a Node, segment: &str) -> Option<(Option<Range<usize>>, &'a Node)> {
    let index = segment.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')?.parse::<usize>().ok());
    match (&node.children, index) {
        (Children::List(list), Some(index)) => list.get(index).map(|node| (None, node)),
        (Children::Map(entries), Some(index)) => entries.get(index).map(|(_, range, node)| (Some(range.clone()), node)),
        (Children::Map(entries), None) => {
            let name = unescaped(segment);
            entries.iter().find(|(key, _, _)| *key == name).map(|(_, range, node)| (Some(range.clone()), node))
        }
        _ => None,
    }
}

/// Byte offsets of all characters: the parser counts characters.
fn byte_offsets(text: &str) -> Vec<usize> {
    text.char_indices().map(|(offset, _)| offset).chain([text.len()]).collect()
}

struct Events<'a> {
    parser: Parser<'a, saphyr_parser::StrInput<'a>>,
    bytes: Vec<usize>,
    depth: usize,
}

/// Deeper documents are refused by the YAML reader anyway.
const MAX_DEPTH: usize = 200;

impl Events<'_> {
    fn range(&self, span: &Span) -> Range<usize> {
        let end = self.bytes.last().copied().unwrap_or(0);
        let byte = |index: usize| self.bytes.get(index).copied().unwrap_or(end);
        byte(span.start.index())..byte(span.end.index())
    }

    /// Skips to the root node of the first document.
    fn document(&mut self) -> Option<Node> {
        loop {
            let (event, span) = self.parser.next_event()?.ok()?;
            match event {
                Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
                Event::StreamEnd | Event::DocumentEnd => return None,
                event => return self.node(&event, &span),
            }
        }
    }

    fn node(&mut self, event: &Event<'_>, span: &Span) -> Option<Node> {
        let range = self.range(span);
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        let children = match event {
            Event::SequenceStart(..) => Children::List(self.list()?),
            Event::MappingStart(..) => Children::Map(self.map()?),
            _ => Children::None,
        };
        self.depth -= 1;
        Some(Node { range, children })
    }

    fn list(&mut self) -> Option<Vec<Node>> {
        let mut list = Vec::new();
        loop {
            let (event, span) = self.parser.next_event()?.ok()?;
            if matches!(event, Event::SequenceEnd) {
                return Some(list);
            }
            list.push(self.node(&event, &span)?);
        }
    }

    fn map(&mut self) -> Option<Vec<(String, Range<usize>, Node)>> {
        let mut entries = Vec::new();
        loop {
            let (event, span) = self.parser.next_event()?.ok()?;
            let key = match &event {
                Event::MappingEnd => return Some(entries),
                Event::Scalar(text, ..) => text.to_string(),
                _ => String::new(),
            };
            let key_range = self.node(&event, &span)?.range;
            let (event, span) = self.parser.next_event()?.ok()?;
            entries.push((key, key_range, self.node(&event, &span)?));
        }
    }
}
