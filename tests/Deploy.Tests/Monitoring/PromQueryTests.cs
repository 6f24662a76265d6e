namespace LightlyCluster.Deploy.Tests.Monitoring;

public sealed class PromQueryTests
{
    [Fact]
    public void Metrics_and_labels_are_told_from_functions_and_words()
    {
        var query = new PromQuery(
            "histogram_quantile(0.9, sum by (le, pod) (rate(a_seconds_bucket{kind=~\"x|y\"}[5m]))) > clamp_min(30 * max(b offset 10m), 120) or vector(0)");

        query.Metrics.ShouldBe(["a_seconds_bucket", "b"]);
        query.Labels.ShouldBe(["kind", "le", "pod"], ignoreOrder: true);
    }

    [Fact]
    public void A_name_that_does_not_exist_is_found()
    {
        Should.Throw<ShouldAssertException>(() => Catalogue.Require("sum(lightlycluster_job_losses)", "here"));
        Should.Throw<ShouldAssertException>(() => Catalogue.Require("sum by (lightlycluster_job) (lightlycluster_job_loss)", "here"));
        Catalogue.Require("sum by (lightlycluster_job_id) (lightlycluster_job_loss)", "here");
    }
}
