//! Files of every format, whole and broken, as the readers see them.

mod arrays;
mod broken;
mod folders;
mod idx_and_cifar;
mod opening;
mod support;
