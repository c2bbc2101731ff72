//! Demands that concern several fields.

use std::fmt;

use super::{Field, Operation, Type, TypePath};

/// A demand that concerns several fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    /// In a sentence.
    pub text: String,
    /// `type`, `client` or `server`.
    pub enforced: String,
    /// What of it can be checked before sending.
    pub checks: Vec<ConstraintCheck>,
}

/// What is checked of a demand before a request is sent.
#[derive(Clone, Debug, PartialEq)]
pub struct ConstraintCheck {
    /// When it applies; always, if this is not there.
    pub when: Option<When>,
    /// What is demanded
    pub demand: Requirement,
    /// of these fields, by their paths: `due.timestamp`. A path through a list means each of its elements.
    pub fields: Vec<String>,
}

impl fmt::Display for ConstraintCheck {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(When { field, is }) = &self.when {
            write!(formatter, "if {field}")?;
            is.iter().try_for_each(|value| write!(formatter, " is {value}"))?;
            formatter.write_str(": ")?;
        }
        write!(formatter, "{} {}", self.demand.key(), self.fields.join(", "))
    }
}

/// A field that is given, or has a certain value.
#[derive(Clone, Debug, PartialEq)]
pub struct When {
    /// Its path.
    pub field: String,
    /// The value, if it is not enough that there is one.
    pub is: Option<String>,
}

/// What is demanded of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// All are given.
    Needs,
    /// None is given.
    Excludes,
    /// At least one is given.
    AnyOf,
    /// The first is not later than the second.
    Order,
    /// Both have the same value.
    Equal,
    /// Each is 0 or later.
    NotNegative,
}

impl Requirement {
    /// All demands.
    pub const ALL: [Requirement; 6] = [
        Requirement::Needs,
        Requirement::Excludes,
        Requirement::AnyOf,
        Requirement::Order,
        Requirement::Equal,
        Requirement::NotNegative,
    ];

    /// The key that states it in a spec.
    pub fn key(self) -> &'static str {
        match self {
            Requirement::Needs => "needs",
            Requirement::Excludes => "excludes",
            Requirement::AnyOf => "any_of",
            Requirement::Order => "order",
            Requirement::Equal => "equal",
            Requirement::NotNegative => "not_negative",
        }
    }

    /// Whether it depends on another field.
    pub fn is_conditional(self) -> bool {
        matches!(self, Requirement::Needs | Requirement::Excludes)
    }
}

/// Why a path leads nowhere.
#[derive(Debug)]
pub(crate) struct NoField<'a> {
    /// The name that does not exist.
    pub(crate) name: String,
    /// What it could have been.
    pub(crate) known: Vec<&'a str>,
}

impl Operation {
    /// The fields on the way to the end of a path, which begins in the request.
    pub(crate) fn follow<'a>(
        &'a self,
        path: &str,
        fields_of: impl Fn(&TypePath) -> Option<&'a [Field]>,
    ) -> Result<Vec<&'a Field>, NoField<'a>> {
        let mut fields: Vec<&Field> = self.request_fields().collect();
        let mut way = Vec::new();
        for name in path.split('.') {
            let Some(field) = fields.iter().find(|field| field.name == name) else {
                return Err(NoField {
                    name: name.to_owned(),
                    known: fields.iter().map(|field| field.name.as_str()).collect(),
                });
            };
            way.push(*field);
            let item = match &field.ty {
                Type::List(item) => item,
                other => other,
            };
            fields = match item {
                Type::Struct(path) => fields_of(path).unwrap_or_default().iter().collect(),
                _ => Vec::new(),
            };
        }
        Ok(way)
    }
}
