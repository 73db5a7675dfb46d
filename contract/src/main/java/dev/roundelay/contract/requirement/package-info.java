/// Requirement lines as jobs may have them (a part of PEP 508), versions (PEP 440) and markers, without any tool.
///
/// Server and worker read the same lines: the server refuses what a worker would not install, the worker decides what
/// its base interpreter already satisfies.
@NullMarked
package dev.roundelay.contract.requirement;

import org.jspecify.annotations.NullMarked;
