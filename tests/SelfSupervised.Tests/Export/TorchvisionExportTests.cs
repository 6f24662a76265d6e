using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Checkpoints;
using LightlyCluster.SelfSupervised.Export;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Export;

public sealed class TorchvisionExportTests
{
    [Fact]
    public void The_file_holds_names_in_torchvisions_order()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(Directory.CreateTempSubdirectory("export-").FullName, "backbone.safetensors");
        using var network = ResNetGenerator.Create("resnet-18", 0.0625);

        TorchvisionExport.WriteSafetensors(path, network, new Dictionary<string, string> { ["backbone"] = "resnet-18" });

        using var content = Safetensors.Read(path);
        content.Tensors.Keys.Take(7).ShouldBe(
        [
            "conv1.weight", "bn1.weight", "bn1.bias", "bn1.running_mean", "bn1.running_var", "bn1.num_batches_tracked",
            "layer1.0.conv1.weight",
        ]);
        content.Tensors.Count.ShouldBe(120);
        content.Tensors.Keys.ShouldBe(network.state_dict().Keys, ignoreOrder: true);
        content.Metadata["format"].ShouldBe("pt");
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }
}
