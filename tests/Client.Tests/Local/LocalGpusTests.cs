using LightlyCluster.Client.Local;

namespace LightlyCluster.Client.Tests.Local;

public sealed class LocalGpusTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lightly-test-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Workers_get_the_GPUs_of_the_variable_in_turn()
    {
        var gpus = LocalGpus.Find("3, GPU-5a1c,", _folder);

        Enumerable.Range(0, 3).Select(worker => LocalGpus.Of(worker, gpus)).ShouldBe(["3", "GPU-5a1c", "3"]);
    }

    [Fact]
    public void Without_the_variable_workers_get_the_GPUs_that_the_driver_has()
    {
        Directory.CreateDirectory(Path.Combine(_folder, "0000:17:00.0"));
        Directory.CreateDirectory(Path.Combine(_folder, "0000:65:00.0"));

        LocalGpus.Find(null, _folder).ShouldBe(["0", "1"]);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2")]
    public void What_cannot_be_shared_is_left_as_it_is(string? variable) =>
        LocalGpus.Of(1, LocalGpus.Find(variable, Path.Combine(_folder, "none"))).ShouldBeNull();
}
