using System.Globalization;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Export;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Export;

/// <summary>An exported backbone in PyTorch itself, where Debian's python3-torchvision is installed.</summary>
public sealed class TorchvisionStrictTests : IDisposable
{
    private const string Script = """
        import sys, torch, torchvision
        path, name, size, small = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "small"
        model = getattr(torchvision.models, name)()
        model.fc = torch.nn.Identity()
        if small:
            model.conv1 = torch.nn.Conv2d(3, 64, 3, stride=1, padding=1, bias=False)
            model.maxpool = torch.nn.Identity()
        print(model.load_state_dict(torch.load(path), strict=True), file=sys.stderr)
        model.eval()
        count = 2 * 3 * size * size
        images = (torch.arange(count, dtype=torch.float32) % 97 / 97 - 0.5).view(2, 3, size, size)
        with torch.no_grad():
            print(" ".join(f"{value:.8g}" for value in model(images).flatten().tolist()))
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("export-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("resnet-18", "resnet18", ResNetStem.Small, 32)]
    [InlineData("resnet-18", "resnet18", ResNetStem.Large, 64)]
    [InlineData("resnet-50", "resnet50", ResNetStem.Large, 64)]
    public void Torchvision_loads_every_key_and_computes_the_same_features(string name, string theirs, ResNetStem stem, int size)
    {
        Assert.SkipUnless(PythonProgram.Run("-c", "import torchvision").ExitCode == 0, "PyTorch and torchvision are not installed (apt-get install python3-torchvision)");
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        random.manual_seed(5);
        using var network = ResNetGenerator.Create(name, new ResNetOptions { Stem = stem });
        network.eval();
        var path = Path.Combine(_folder, "backbone.pt");
        TorchvisionExport.WritePyTorch(path, network);

        var (exitCode, output, errors) = PythonProgram.Run("-c", Script, path, theirs, $"{size}", stem == ResNetStem.Small ? "small" : "large");

        exitCode.ShouldBe(0, errors);
        errors.ShouldContain("All keys matched");
        var images = arange(0, 2 * 3 * size * size, dtype: float32).remainder(97).div(97).sub(0.5).view(2, 3, size, size);
        var features = network.call(images).flatten().data<float>().ToArray();
        var others = output.Split(' ').Select(text => float.Parse(text, CultureInfo.InvariantCulture)).ToArray();
        others.Length.ShouldBe(features.Length);
        features.Zip(others).Max(pair => Math.Abs(pair.First - pair.Second) / Math.Max(1, Math.Abs(pair.Second))).ShouldBeLessThan(1e-5f);
    }
}
