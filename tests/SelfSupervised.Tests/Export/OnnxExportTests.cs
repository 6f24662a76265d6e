using System.Runtime.InteropServices;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Export;
using LightlyCluster.SelfSupervised.Modules;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Export;

public sealed class OnnxExportTests : IDisposable
{
    private const double Tolerance = 1e-5;

    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("onnx-").FullName, "backbone.onnx");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Theory]
    [InlineData("resnet-9", 0.125, ResNetStem.Small, 32)]
    [InlineData("resnet-18", 0.25, ResNetStem.Small, 32)]
    [InlineData("resnet-18", 1, ResNetStem.Large, 64)]
    [InlineData("resnet-50", 0.25, ResNetStem.Large, 64)]
    public void A_residual_network_gives_the_same_features_in_the_ONNX_runtime(string name, double width, ResNetStem stem, int size)
    {
        using var network = ResNetGenerator.Create(name, new ResNetOptions { Width = width, Stem = stem });

        ShouldGiveTheSameFeatures(network, size);
    }

    [Fact]
    public void Split_batch_normalization_and_a_bare_stem_are_exported_too()
    {
        using var network = ResNetGenerator.Create("resnet-9", new ResNetOptions { Width = 0.125, SplitCount = 2, HasStemActivation = false });

        ShouldGiveTheSameFeatures(network, 32);
    }

    [Theory]
    [InlineData(32, 32)]
    [InlineData(32, 48)]
    public void A_vision_transformer_gives_the_same_features_in_the_ONNX_runtime(int madeFor, int size)
    {
        using var network = VisionTransformer.Create("vit-tiny", new VisionTransformerOptions { ImageSize = madeFor, PatchSize = 8 });

        ShouldGiveTheSameFeatures(network, size);
    }

    [Theory]
    [InlineData(0.0625, 100)]
    [InlineData(0.125, 350)]
    public void A_narrow_network_fits_a_microcontroller(double width, int kilobytesMaximum)
    {
        using var network = ResNetGenerator.Create("resnet-9", width);

        OnnxExport.Write(_path, network, 32);

        new FileInfo(_path).Length.ShouldBeLessThan(kilobytesMaximum * 1024);
    }

    [Fact]
    public void Metadata_travel_with_the_model()
    {
        using var network = ResNetGenerator.Create("resnet-9", 0.0625);

        OnnxExport.Write(_path, network, 32, new Dictionary<string, string> { ["backbone"] = "resnet-9" });

        using var session = new InferenceSession(_path);
        session.ModelMetadata.CustomMetadataMap["backbone"].ShouldBe("resnet-9");
        session.InputMetadata["images"].Dimensions.ShouldBe([-1, 3, 32, 32]);
    }

    private void ShouldGiveTheSameFeatures(Backbone network, int size)
    {
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        random.manual_seed(1);
        Disturb(network);
        network.eval();
        OnnxExport.Write(_path, network, size);
        using var session = new InferenceSession(_path);
        foreach (var count in new long[] { 1, 5 })
        {
            var images = randn([count, 3, size, size], float32);
            var input = new DenseTensor<float>(MemoryMarshal.Cast<byte, float>(images.bytes).ToArray(), [(int)count, 3, size, size]);
            using var results = session.Run([NamedOnnxValue.CreateFromTensor("images", input)]);
            var expected = MemoryMarshal.Cast<byte, float>(network.call(images).contiguous().bytes).ToArray();
            var actual = results.Single().AsEnumerable<float>().ToArray();
            actual.Length.ShouldBe(expected.Length);
            actual.Zip(expected).Max(pair => Math.Abs(pair.First - pair.Second)).ShouldBeLessThan((float)Tolerance);
        }
    }

    // As after training: running statistics and scales that are not 0 and 1.
    private static void Disturb(nn.Module network)
    {
        foreach (var (name, buffer) in network.named_buffers())
        {
            if (name.EndsWith("running_mean", StringComparison.Ordinal))
            {
                buffer.add_(randn_like(buffer) * 0.1);
            }
            else if (name.EndsWith("running_var", StringComparison.Ordinal))
            {
                buffer.mul_(rand_like(buffer) + 0.5);
            }
        }

        foreach (var (_, module) in network.named_modules())
        {
            if (module is BatchNormalization { Weight: { } weight })
            {
                weight.mul_(rand_like(weight) + 0.5);
            }
        }
    }
}
