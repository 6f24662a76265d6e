using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests;

public sealed class TorchRuntimeTests
{
    [Fact]
    public void Torch_loads_and_computes()
    {
        TorchRuntime.Folder.ShouldNotBeNull();
        using var tensor = ones(3);

        tensor.sum().item<float>().ShouldBe(3f);
    }
}
