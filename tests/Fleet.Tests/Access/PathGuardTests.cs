using LightlyCluster.Fleet.Access;

namespace LightlyCluster.Fleet.Tests.Access;

public sealed class PathGuardTests
{
    private static readonly Dictionary<string, string> Links = new(StringComparer.Ordinal)
    {
        ["/data/out"] = "/etc",
        ["/data/in"] = "/data/real",
        ["/data/up"] = "../home",
        ["/data/near"] = "real/x",
        ["/data/loop"] = "/data/loop2",
        ["/data/loop2"] = "/data/loop",
        ["/srv"] = "/mnt/srv",
    };

    private static readonly PathGuard Guard = new(new(IsEnforced: true, ["/data", "/srv/sets", "s3://bucket/photos"], ["/results/vision"]), Links.GetValueOrDefault);

    [Theory]
    [InlineData("/data", true)]
    [InlineData("/data/cats", true)]
    [InlineData("/data//./cats/", true)]
    [InlineData("/results/vision/job-1", true)]
    [InlineData("/data/in/a", true)]
    [InlineData("/data/near", true)]
    [InlineData("/mnt/srv/sets/a", true)]
    [InlineData("/srv/sets/a", true)]
    [InlineData("/database", false)]
    [InlineData("/data/../etc/passwd", false)]
    [InlineData("/data/cats/../../etc", false)]
    [InlineData("/data/out/passwd", false)]
    [InlineData("/data/up/key", false)]
    [InlineData("/data/loop/a", false)]
    [InlineData("/results/other/job-1", false)]
    [InlineData("/results", false)]
    [InlineData("data/cats", false)]
    [InlineData("", false)]
    [InlineData("/", false)]
    public void Only_what_really_lies_below_a_root_may_be_read(string path, bool isAllowed) => Guard.AllowsRead(path).ShouldBe(isAllowed);

    [Theory]
    [InlineData("/results/vision/job-1", true)]
    [InlineData("/results/visionary", false)]
    [InlineData("/data/cats", false)]
    public void Only_results_may_be_written(string path, bool isAllowed) => Guard.AllowsWrite(path).ShouldBe(isAllowed);

    [Fact]
    public void Without_rules_everything_is_allowed() => new PathGuard(PathPolicy.Free, _ => null).AllowsRead("../anywhere").ShouldBeTrue();
}
