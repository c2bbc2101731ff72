//! The `builder!` macro: constructors and chainable setters.

/// Writes `new(required…)` and chainable setters for a struct.
///
/// Required fields stand in the parentheses and become the parameters of `new`;
/// optional ones stand in the braces and become setters.
/// The word before a type says what is taken: nothing for the value itself,
/// `into` for `impl Into<T>`, `each` and `each_into` for the items of a list,
/// `map` for the entries of a map, `update(clear_x)`, `update_into(clear_x)` and
/// `update_each(clear_x)` for fields of type [`Update`](crate::Update), which
/// also get a method that clears them.
///
/// ```
/// use feishu_openapi_runtime::{Update, builder};
///
/// #[derive(Clone, Debug)]
/// pub struct Patch {
///     pub task_guid: String,
///     pub user_id_type: Option<String>,
///     pub due: Update<String>,
/// }
///
/// builder! {
///     Patch(task_guid: into String) {
///         user_id_type: into String,
///         due: update_into(clear_due) String,
///     }
/// }
///
/// let patch = Patch::new("guid").user_id_type("open_id").clear_due();
/// assert_eq!(patch.due, Update::Clear);
/// ```
#[macro_export]
macro_rules! builder {
    ($name:ident $(())? { $($optional:tt)* }) => {
        impl $name {
            $crate::__builder_new! { [] [] [] { $($optional)* } }
            $crate::__builder_setters! { $($optional)* }
        }
    };
    ($name:ident ( $($required:tt)* ) $({ $($optional:tt)* })?) => {
        impl $name {
            $crate::__builder_new! { [] [] [$($required)* ,] { $($($optional)*)? } }
            $crate::__builder_setters! { $($($optional)*)? }
        }
    };
}

/// `new`: gathers parameters and initializers, first of required, then of optional fields.
#[doc(hidden)]
#[macro_export]
macro_rules! __builder_new {
    // Required fields.
    ([$($params:tt)*] [$($inits:tt)*] [$field:ident: into $ty:ty, $($rest:tt)*] $optional:tt) => {
        $crate::__builder_new! {
            [$($params)* $field: impl ::core::convert::Into<$ty>,]
            [$($inits)* $field: ::core::convert::Into::into($field),]
            [$($rest)*] $optional
        }
    };
    ([$($params:tt)*] [$($inits:tt)*] [$field:ident: each_into $ty:ty, $($rest:tt)*] $optional:tt) => {
        $crate::__builder_new! {
            [$($params)* $field: impl ::core::iter::IntoIterator<Item = impl ::core::convert::Into<$ty>>,]
            [$($inits)* $field: $crate::rt::collect_into($field),]
            [$($rest)*] $optional
        }
    };
    ([$($params:tt)*] [$($inits:tt)*] [$field:ident: each $ty:ty, $($rest:tt)*] $optional:tt) => {
        $crate::__builder_new! {
            [$($params)* $field: impl ::core::iter::IntoIterator<Item = $ty>,]
            [$($inits)* $field: ::core::iter::Iterator::collect(::core::iter::IntoIterator::into_iter($field)),]
            [$($rest)*] $optional
        }
    };
    ([$($params:tt)*] [$($inits:tt)*] [$field:ident: map $ty:ty, $($rest:tt)*] $optional:tt) => {
        $crate::__builder_new! {
            [$($params)* $field: impl ::core::iter::IntoIterator<
                Item = (impl ::core::convert::Into<::std::string::String>, $ty),
            >,]
            [$($inits)* $field: $crate::rt::collect_map($field),]
            [$($rest)*] $optional
        }
    };
    ([$($params:tt)*] [$($inits:tt)*] [$field:ident: $ty:ty, $($rest:tt)*] $optional:tt) => {
        $crate::__builder_new! {
            [$($params)* $field: $ty,]
            [$($inits)* $field,]
            [$($rest)*] $optional
        }
    };
    // The comma that `builder!` adds after a list which already ends in one.
    ($params:tt $inits:tt [$(,)?] { $($optional:tt)* }) => {
        $crate::__builder_new! { @optional $params $inits { $($optional)* } }
    };

    // Optional fields: only their names matter here.
    (@optional $params:tt $inits:tt { $(#[$meta:meta])+ $($rest:tt)* }) => {
        $crate::__builder_new! { @optional $params $inits { $($rest)* } }
    };
    (@optional $params:tt [$($inits:tt)*] { $field:ident: $ty:ty $(, $($rest:tt)*)? }) => {
        $crate::__builder_new! {
            @optional $params [$($inits)* $field: ::core::default::Default::default(),] { $($($rest)*)? }
        }
    };
    (@optional $params:tt [$($inits:tt)*] { $field:ident: $kind:ident $ty:ty $(, $($rest:tt)*)? }) => {
        $crate::__builder_new! {
            @optional $params [$($inits)* $field: ::core::default::Default::default(),] { $($($rest)*)? }
        }
    };
    (@optional $params:tt [$($inits:tt)*] { $field:ident: $kind:ident($clear:ident) $ty:ty $(, $($rest:tt)*)? }) => {
        $crate::__builder_new! {
            @optional $params [$($inits)* $field: ::core::default::Default::default(),] { $($($rest)*)? }
        }
    };
    (@optional [] [$($inits:tt)*] { }) => {
        /// With every field left out.
        #[must_use]
        #[allow(clippy::new_without_default)]
        #[inline]
        pub fn new() -> Self {
            Self { $($inits)* }
        }
    };
    (@optional [$($params:tt)*] [$($inits:tt)*] { }) => {
        /// With the required fields; every other field is left out.
        #[must_use]
        #[allow(clippy::too_many_arguments)]
        #[inline]
        pub fn new($($params)*) -> Self {
            Self { $($inits)* }
        }
    };
}

/// The setters of optional fields.
#[doc(hidden)]
#[macro_export]
macro_rules! __builder_setters {
    () => {};
    ($(#[$meta:meta])* $field:ident: into $ty:ty $(, $($rest:tt)*)?) => {
        $crate::__builder_setter! { $(#[$meta])* $field(value: impl ::core::convert::Into<$ty>) {
            ::core::option::Option::Some(value.into())
        } }
        $crate::__builder_setters! { $($($rest)*)? }
    };
    ($(#[$meta:meta])* $field:ident: each_into $ty:ty $(, $($rest:tt)*)?) => {
        $crate::__builder_setter! { $(#[$meta])* $field(
            value: impl ::core::iter::IntoIterator<Item = impl ::core::convert::Into<$ty>>
        ) {
            ::core::option::Option::Some($crate::rt::collect_into(value))
        } }
        $crate::__builder_setters! { $($($rest)*)? }
    };
    ($(#[$meta:meta])* $field:ident: each $ty:ty $(, $($rest:tt)*)?) => {
        $crate::__builder_setter! { $(#[$meta])* $field(
            value: impl ::core::iter::IntoIterator<Item = $ty>
        ) {
            ::core::option::Option::Some(value.into_iter().collect())
        } }
        $crate::__builder_setters! { $($($rest)*)? }
    };
    ($(#[$meta:meta])* $field:ident: map $ty:ty $(, $($rest:tt)*)?) => {
        $crate::__builder_setter! { $(#[$meta])* $field(
            value: impl ::core::iter::IntoIterator<
                Item = (impl ::core::convert::Into<::std::string::String>, $ty),
            >
        ) {
            ::core::option::Option::Some($crate::rt::collect_map(value))
        } }
        $crate::__builder_setters! { $($($rest)*)? }
    };
    ($(#[$meta:meta])* $field:ident: update($clear:ident) $ty:ty $(, $($rest:tt)*)?) => {
        $crate::__builder_setter! { $(#[$meta])* $field(value: $ty) { $crate::Update::Set(value) } }
        $crate::__builder_clear! { $field $clear }
        $crate::__builder_setters! { $($($rest)*)? }
    };
    ($(#[$meta:meta])* $field:ident: update_into($clear:ident) $ty:ty $(, $($rest:tt)*)?) => {
        $crate::__builder_setter! { $(#[$meta])* $field(value: impl ::core::convert::Into<$ty>) {
            $crate::Update::Set(value.into())
        } }
        $crate::__builder_clear! { $field $clear }
        $crate::__builder_setters! { $($($rest)*)? }
    };
    ($(#[$meta:meta])* $field:ident: update_each($clear:ident) $ty:ty $(, $($rest:tt)*)?) => {
        $crate::__builder_setter! { $(#[$meta])* $field(
            value: impl ::core::iter::IntoIterator<Item = $ty>
        ) {
            $crate::Update::Set(value.into_iter().collect())
        } }
        $crate::__builder_clear! { $field $clear }
        $crate::__builder_setters! { $($($rest)*)? }
    };
    ($(#[$meta:meta])* $field:ident: update_each_into($clear:ident) $ty:ty $(, $($rest:tt)*)?) => {
        $crate::__builder_setter! { $(#[$meta])* $field(
            value: impl ::core::iter::IntoIterator<Item = impl ::core::convert::Into<$ty>>
        ) {
            $crate::Update::Set($crate::rt::collect_into(value))
        } }
        $crate::__builder_clear! { $field $clear }
        $crate::__builder_setters! { $($($rest)*)? }
    };
    ($(#[$meta:meta])* $field:ident: $ty:ty $(, $($rest:tt)*)?) => {
        $crate::__builder_setter! { $(#[$meta])* $field(value: $ty) {
            ::core::option::Option::Some(value)
        } }
        $crate::__builder_setters! { $($($rest)*)? }
    };
}

/// One setter.
#[doc(hidden)]
#[macro_export]
macro_rules! __builder_setter {
    ($(#[$meta:meta])* $field:ident($value:ident: $ty:ty) $body:block) => {
        #[doc = concat!("Sets [`", stringify!($field), "`](field@Self::", stringify!($field), ").")]
        $(#[$meta])*
        #[must_use]
        #[inline]
        pub fn $field(mut self, $value: $ty) -> Self {
            self.$field = $body;
            self
        }
    };
}

/// The method that clears a field of a partial update.
#[doc(hidden)]
#[macro_export]
macro_rules! __builder_clear {
    ($field:ident $clear:ident) => {
        #[doc = concat!("Clears [`", stringify!($field), "`](field@Self::", stringify!($field), ").")]
        #[must_use]
        #[inline]
        pub fn $clear(mut self) -> Self {
            self.$field = $crate::Update::Clear;
            self
        }
    };
}
