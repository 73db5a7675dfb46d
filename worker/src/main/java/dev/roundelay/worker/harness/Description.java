package dev.roundelay.worker.harness;

import java.util.List;

/// What the user's module holds.
///
/// @param trains    whether the training function is there (else loading has failed already)
/// @param validates whether the validation function is there
/// @param classes   names of classes that the module defines
/// @param functions names of functions that the module defines
/// @param versions  such as `python 3.11.7`, `torch 2.15.0`
public record Description(
        boolean trains, boolean validates, List<String> classes, List<String> functions, List<String> versions) {
    public Description {
        classes = List.copyOf(classes);
        functions = List.copyOf(functions);
        versions = List.copyOf(versions);
    }
}
