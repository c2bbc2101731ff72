//! Tests of the documentation check.
