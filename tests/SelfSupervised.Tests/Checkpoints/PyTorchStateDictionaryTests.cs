using System.IO.Compression;
using System.Text;
using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Checkpoints;
using LightlyCluster.SelfSupervised.Export;
using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Checkpoints;

public sealed class PyTorchStateDictionaryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("pytorch-").FullName;

    private string File => Path.Combine(_folder, "model.pt");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_type_and_shape_comes_back_as_it_was_written()
    {
        using var scope = NewDisposeScope();
        List<(string Name, Tensor Tensor)> tensors =
        [
            ("z.weight", arange(6, dtype: float32).view(2, 3).t()),
            ("double", ones([2], dtype: float64) / 3),
            ("long", tensor(long.MinValue)),
            ("bool", tensor(new[] { true, false })),
            ("half", ones([3], dtype: float16) / 3),
            ("brain", ones([3], dtype: bfloat16) / 3),
            ("none", zeros([0, 4], dtype: float32)),
        ];

        PyTorchStateDictionary.Write(File, tensors);
        using var content = PyTorchStateDictionary.Read(File);

        content.Tensors.Keys.ShouldBe(tensors.Select(pair => pair.Name));
        foreach (var (name, expected) in tensors)
        {
            content.Tensors[name].dtype.ShouldBe(expected.dtype);
            content.Tensors[name].shape.ShouldBe(expected.shape);
            content.Tensors[name].Equals(expected.contiguous()).ShouldBeTrue(name);
        }
    }

    [Fact]
    public void The_same_content_gives_the_same_bytes()
    {
        using var scope = NewDisposeScope();
        PyTorchStateDictionary.Write(File, [("w", ones(3))]);
        var first = System.IO.File.ReadAllBytes(File);

        PyTorchStateDictionary.Write(File, [("w", ones(3))]);

        System.IO.File.ReadAllBytes(File).ShouldBe(first);
    }

    [Fact]
    public void A_file_that_pytorch_wrote_is_read_with_views_nesting_and_metadata()
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(AppContext.BaseDirectory, "Checkpoints", "torch-1.13-nested.pt");

        using var content = PyTorchStateDictionary.Read(path);

        content.Tensors.Keys.ShouldBe(["state_dict.weight", "state_dict.slice", "state_dict.parameter", "state_dict.scalar"]);
        content.Tensors["state_dict.weight"].ShouldBeSameValues(arange(6, dtype: float32).view(2, 3).t());
        content.Tensors["state_dict.slice"].ShouldBeSameValues(tensor(new[] { 2f, 4f }));
        content.Tensors["state_dict.parameter"].ShouldBeSameValues(ones(2));
        content.Tensors["state_dict.scalar"].item<long>().ShouldBe(7);
    }

    [Fact]
    public void A_pickle_that_calls_anything_else_is_refused_and_not_run()
    {
        using (var stream = System.IO.File.Create(File))
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            using var entry = archive.CreateEntry("archive/data.pkl").Open();
            entry.Write(Encoding.ASCII.GetBytes("\u0080\u0002cos\nsystem\nX\u0004\0\0\0exit\u0085R."));
        }

        Should.Throw<CheckpointException>(() => PyTorchStateDictionary.Read(File).Dispose())
            .Message.ShouldContain("not a usable PyTorch file");
        using (var stream = System.IO.File.Create(File))
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create))
        {
            using var entry = archive.CreateEntry("archive/data.pkl").Open();
            entry.Write([0x80, 2, .. "cos\nsystem\nX\u0004\0\0\0exit"u8, 0x85, .. "R."u8]);
        }

        Should.Throw<CheckpointException>(() => PyTorchStateDictionary.Read(File).Dispose())
            .Message.ShouldContain("wants to call os.system");
    }

    [Fact]
    public void Damaged_files_are_refused_with_a_clear_line()
    {
        using var scope = NewDisposeScope();
        PyTorchStateDictionary.Write(File, [("w", ones(300))]);
        var bytes = System.IO.File.ReadAllBytes(File);

        foreach (var length in new[] { 0, 10, 700, bytes.Length - 1 })
        {
            System.IO.File.WriteAllBytes(File, bytes[..length]);
            Should.Throw<CheckpointException>(() => PyTorchStateDictionary.Read(File).Dispose()).Message.ShouldContain(File);
        }

        Should.Throw<CheckpointException>(() => PyTorchStateDictionary.Read(File + "x").Dispose()).Message.ShouldContain("cannot be read");
    }

    [Theory]
    [InlineData("start.pt", "")]
    [InlineData("start.safetensors", "state_dict.backbone.")]
    public void Start_weights_are_found_under_usual_prefixes(string name, string prefix)
    {
        using var scope = NewDisposeScope();
        var path = Path.Combine(_folder, name);
        using var source = ResNetGenerator.Create("resnet-9", 0.0625, numClasses: 4);
        using var target = ResNetGenerator.Create("resnet-9", 0.0625);
        ParameterInitializer.Initialize(source, 1);
        var state = TorchvisionExport.StateDictionary(source)
            .Select(pair => (prefix + pair.Name.Replace(".downsample.", ".shortcut.", StringComparison.Ordinal), pair.Tensor)).ToList();
        if (prefix.Length == 0)
        {
            PyTorchStateDictionary.Write(path, state);
        }
        else
        {
            Safetensors.Write(path, [.. state, ("state_dict.projection_head.weight", ones(1))], new Dictionary<string, string>());
        }

        var unused = PretrainedWeights.Load(target, path);

        target.get_parameter("layer2.0.downsample.0.weight")!.ShouldBeSameValues(source.get_parameter("layer2.0.downsample.0.weight")!);
        unused.ShouldContain(prefix + "fc.weight");
    }

    [Fact]
    public void Weights_of_another_network_are_refused()
    {
        using var scope = NewDisposeScope();
        using var narrow = ResNetGenerator.Create("resnet-9", 0.0625);
        using var wide = ResNetGenerator.Create("resnet-9", 0.125);
        using var deep = ResNetGenerator.Create("resnet-18", 0.0625);
        using var transformer = VisionTransformer.Create("vit-tiny", new() { ImageSize = 16 });
        var path = Path.Combine(_folder, "narrow.safetensors");
        TorchvisionExport.WriteSafetensors(path, narrow);

        Should.Throw<CheckpointException>(() => PretrainedWeights.Load(wide, path)).Message.ShouldContain("has shape");
        Should.Throw<CheckpointException>(() => PretrainedWeights.Load(deep, path)).Message.ShouldContain("it lacks");
        Should.Throw<CheckpointException>(() => PretrainedWeights.Load(transformer, path))
            .Message.ShouldContain("belongs to another model");
        TorchvisionExport.WriteSafetensors(path, deep);
        Should.Throw<CheckpointException>(() => PretrainedWeights.Load(narrow, path)).Message.ShouldContain("larger model");
    }
}
