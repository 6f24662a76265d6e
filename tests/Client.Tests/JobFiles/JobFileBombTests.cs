using System.Diagnostics;
using LightlyCluster.Client.JobFiles;

namespace LightlyCluster.Client.Tests.JobFiles;

public sealed class JobFileBombTests
{
    public static TheoryData<string, string> Bombs() => new()
    {
        { "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nspec: {data: {path: *c}}\n", "aliases are not supported" },
        { "spec: &s {data: {path: x}}\nspec: *s\n", "anchors" },
        { "spec:\n  data: {path: x}\n  train: *x\n", "keys" },
        { $"spec: {new string('[', 50)}\n", "holds keys" },
        { $"spec: {new string('[', 100_000)}\n", "nested" },
        { $"spec: {string.Concat(Enumerable.Repeat("- ", 100_000))}\n", "nested" },
        { $"spec: {string.Concat(Enumerable.Repeat("? ", 100_000))}\n", "nested" },
        { $"spec: {string.Concat(Enumerable.Repeat("{data: ", 50_000))}\n", "nested" },
        { $"spec: {string.Concat(Enumerable.Repeat("{data: ", 99))}\n", "" },
        { $"spec: {{method: {{regularizers: {new string('[', 90)}{new string(']', 90)}}}}}\n", "regularizers" },
        { $"spec: {{data: {{path: {new string('[', 100_000)}}}}}\n", "" },
        { $"spec: {{method: {{regularizers: {new string('[', 100_000)}}}}}\n", "" },
        { $"? {new string('[', 100_000)}\n", "" },
    };

    [Theory]
    [MemberData(nameof(Bombs))]
    public void A_file_that_would_grow_or_nest_is_refused_at_once(string text, string expected)
    {
        var watch = Stopwatch.StartNew();
        var before = GC.GetAllocatedBytesForCurrentThread();

        var error = Should.Throw<CommandException>(() => JobFileReader.Parse(text, "bomb.yaml"));

        error.Message.ShouldContain(expected);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(5));
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(200L << 20);
    }
}
