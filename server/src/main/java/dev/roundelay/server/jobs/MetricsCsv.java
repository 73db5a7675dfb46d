package dev.roundelay.server.jobs;

import dev.roundelay.contract.job.MetricPoint;
import java.util.List;

/// Metric points as CSV, one a line. Names are letters, digits and `_ . / -` and begin with a letter, so nothing needs
/// quoting and no cell can be taken for a formula.
final class MetricsCsv {
    private MetricsCsv() {}

    static String of(List<MetricPoint> points) {
        StringBuilder csv = new StringBuilder("name,scope,site,round,step,value,time\n");
        for (MetricPoint point : points) {
            csv.append(point.name())
                    .append(',')
                    .append(point.scope())
                    .append(',')
                    .append(point.site() == null ? "" : point.site())
                    .append(',')
                    .append(point.round() == null ? "" : point.round())
                    .append(',')
                    .append(point.step() == null ? "" : point.step())
                    .append(',')
                    .append(point.value())
                    .append(',')
                    .append(point.time())
                    .append('\n');
        }
        return csv.toString();
    }
}
