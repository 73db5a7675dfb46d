/// The agent's calls: several servers tried in turn, every wait bounded, transfers that resume.
@NullMarked
package dev.roundelay.worker.client;

import org.jspecify.annotations.NullMarked;
