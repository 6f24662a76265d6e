using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Backbones;

public sealed class VisionTransformerTests
{
    [Theory]
    [InlineData("vit-tiny", 5524416)]
    [InlineData("vit-small", 21665664)]
    public void The_described_counts_are_timms(string name, long parameterCount) =>
        BackboneCatalog.Describe(name).ParameterCount.ShouldBe(parameterCount);

    [Fact]
    public void Names_and_shapes_are_timms()
    {
        using var network = VisionTransformer.Create("vit-tiny", new VisionTransformerOptions { ClassCount = 10 });
        var shapes = network.named_parameters().ToDictionary(pair => pair.name, pair => pair.parameter.shape, StringComparer.Ordinal);

        shapes["cls_token"].ShouldBe([1, 1, 192]);
        shapes["pos_embed"].ShouldBe([1, 197, 192]);
        shapes["patch_embed.proj.weight"].ShouldBe([192, 3, 16, 16]);
        shapes["blocks.11.attn.qkv.weight"].ShouldBe([576, 192]);
        shapes["blocks.0.mlp.fc1.bias"].ShouldBe([768]);
        shapes["norm.weight"].ShouldBe([192]);
        shapes["head.weight"].ShouldBe([10, 192]);
        shapes.Count.ShouldBe(4 + (12 * 12) + 2 + 2);
    }

    [Fact]
    public void The_described_count_is_that_of_the_network_and_other_image_sizes_are_taken()
    {
        using var scope = NewDisposeScope();
        var options = new BackboneOptions { ImageSize = 32, PatchSize = 8 };
        using var network = BackboneCatalog.Create("vit-tiny", options);
        network.eval();

        network.parameters().Sum(parameter => parameter.NumberOfElements)
            .ShouldBe(BackboneCatalog.Describe("vit-tiny", options).ParameterCount);
        network.call(ones(2, 3, 32, 32)).shape.ShouldBe([2, 192]);
        network.call(ones(2, 3, 16, 24)).shape.ShouldBe([2, 192]);
        Should.Throw<ArgumentException>(() => network.call(ones(2, 3, 20, 32))).Message.ShouldContain("patches of 8");
        Should.Throw<ArgumentException>(() => VisionTransformer.Create("vit-tiny", new() { ImageSize = 30, PatchSize = 8 }));
    }

    [Fact]
    public void Attention_equals_the_library_function()
    {
        using var scope = NewDisposeScope();
        using var block = new VisionTransformerBlock(12, 3);
        ParameterInitializer.Initialize(block, 1);
        var tokens = randn([2, 5, 12], generator: new Generator(1));

        var output = block.call(tokens);

        var normalized = nn.functional.layer_norm(tokens, [12], eps: 1e-6);
        var parts = Apply(block, "attn.qkv", normalized).view(2, 5, 3, 3, 4).permute(2, 0, 3, 1, 4).unbind(0);
        var mixed = nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2]).transpose(1, 2).reshape(2, 5, 12);
        var attended = tokens + Apply(block, "attn.proj", mixed);
        var hidden = nn.functional.gelu(Apply(block, "mlp.fc1", nn.functional.layer_norm(attended, [12], eps: 1e-6)));
        output.ShouldBeCloseTo(attended + Apply(block, "mlp.fc2", hidden), 1e-5);
    }

    [Fact]
    public void Start_values_are_timms()
    {
        using var scope = NewDisposeScope();
        using var network = VisionTransformer.Create("vit-tiny", new() { ImageSize = 32, PatchSize = 8 });

        ParameterInitializer.Initialize(network, 3, "backbone");

        network.get_parameter("blocks.0.attn.qkv.weight")!.std().item<float>().ShouldBe(0.0176f, 0.001f);
        network.get_parameter("blocks.0.attn.qkv.bias")!.ShouldBeSameValues(zeros(576));
        network.get_parameter("blocks.0.norm1.weight")!.ShouldBeSameValues(ones(192));
        network.get_parameter("norm.bias")!.ShouldBeSameValues(zeros(192));
        network.get_parameter("patch_embed.proj.weight")!.abs().max().item<float>().ShouldBe(1 / MathF.Sqrt(192), 0.001f);
    }

    private static Tensor Apply(nn.Module module, string name, Tensor input) =>
        nn.functional.linear(input, module.get_parameter(name + ".weight")!, module.get_parameter(name + ".bias")!);
}
