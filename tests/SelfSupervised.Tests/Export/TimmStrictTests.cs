using System.Globalization;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Checkpoints;
using LightlyCluster.SelfSupervised.Export;
using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Export;

/// <summary>Vision transformers in timm itself, where it is installed or LIGHTLY_TIMM names a folder with its source.</summary>
public sealed class TimmStrictTests : IDisposable
{
    private const string Script = """
        import os, sys, torch
        sys.path.insert(0, os.environ.get("LIGHTLY_TIMM", "."))
        import timm
        path, name, back = sys.argv[1:4]
        model = timm.create_model(name, num_classes=0)
        print(model.load_state_dict(torch.load(path), strict=True), file=sys.stderr)
        model.eval()
        count = 2 * 3 * 224 * 224
        images = (torch.arange(count, dtype=torch.float32) % 97 / 97 - 0.5).view(2, 3, 224, 224)
        with torch.no_grad():
            print(" ".join(f"{value:.8g}" for value in model(images).flatten().tolist()))
        torch.save(timm.create_model(name, num_classes=10).state_dict(), back)
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("timm-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("vit-tiny", "vit_tiny_patch16_224")]
    [InlineData("vit-small", "vit_small_patch16_224")]
    public void Timm_loads_every_key_computes_the_same_features_and_its_weights_come_back(string name, string theirs)
    {
        var available = PythonProgram.Run("-c", "import os, sys; sys.path.insert(0, os.environ.get('LIGHTLY_TIMM', '.')); import timm");
        Assert.SkipUnless(available.ExitCode == 0, "timm is not installed and LIGHTLY_TIMM names no folder with its source");
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        using var network = BackboneCatalog.Create(name, new BackboneOptions { ImageSize = 224, PatchSize = 16 });
        ParameterInitializer.Initialize(network, 3);
        network.eval();
        var (path, back) = (Path.Combine(_folder, "backbone.pt"), Path.Combine(_folder, "timm.pt"));
        TorchvisionExport.WritePyTorch(path, network);

        var (exitCode, output, errors) = PythonProgram.Run("-c", Script, path, theirs, back);

        exitCode.ShouldBe(0, errors);
        errors.ShouldContain("All keys matched");
        var images = arange(0, 2 * 3 * 224 * 224, dtype: float32).remainder(97).div(97).sub(0.5).view(2, 3, 224, 224);
        var features = network.call(images).flatten().data<float>().ToArray();
        var others = output.Split(' ').Select(text => float.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        others.Length.ShouldBe(features.Length);
        features.Zip(others).Max(pair => Math.Abs(pair.First - pair.Second)).ShouldBeLessThan(1e-4f);
        PretrainedWeights.Load(network, back).ShouldBe(["head.weight", "head.bias"], ignoreOrder: true);
    }
}
