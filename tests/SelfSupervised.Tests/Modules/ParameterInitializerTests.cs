using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Models.Heads;
using LightlyCluster.SelfSupervised.Modules;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Modules;

public sealed class ParameterInitializerTests
{
    [Fact]
    public void The_same_seed_and_name_give_the_same_weights_wherever_the_module_is()
    {
        using var scope = NewDisposeScope();
        using var network = ResNetGenerator.Create("resnet-9", 0.125);
        using var alone = nn.Conv2d(3, 8, 3, bias: false);

        ParameterInitializer.Initialize(network, 7, "backbone");
        ParameterInitializer.Initialize(alone, 7, "backbone.conv1");

        network.get_parameter("conv1.weight")!.ShouldBeSameValues(alone.weight);
        ParameterInitializer.Initialize(alone, 8, "backbone.conv1");
        (network.get_parameter("conv1.weight")! - alone.weight).abs().max().item<float>().ShouldBeGreaterThan(0.01f);
    }

    [Fact]
    public void The_distributions_are_the_defaults_of_the_library()
    {
        using var scope = NewDisposeScope();
        using var head = new MoCoProjectionHead(100, 400, 4);

        ParameterInitializer.Initialize(head, 1, "head");

        var weight = head.get_parameter("layers.0.weight")!;
        weight.max().item<float>().ShouldBeInRange(0.099f, 0.1f);
        weight.min().item<float>().ShouldBeInRange(-0.1f, -0.099f);
        weight.std().item<float>().ShouldBe(0.1f / MathF.Sqrt(3), 0.0005f);
        head.get_parameter("layers.0.bias")!.abs().max().item<float>().ShouldBeInRange(0.09f, 0.1f);
    }

    [Fact]
    public void Normalization_starts_with_scale_one_and_shift_zero_and_views_are_filled_in_place()
    {
        using var scope = NewDisposeScope();
        using var layer = new BatchNormalization(4);
        using var flat = full([8L], float.NaN);
        using (no_grad())
        {
            layer.get_parameter("weight")!.set_(flat.narrow(0, 0, 4));
            layer.get_parameter("bias")!.set_(flat.narrow(0, 4, 4));
        }

        ParameterInitializer.Initialize(layer, 1);

        flat.ShouldBeSameValues(cat([ones(4), zeros(4)]));
    }

    [Fact]
    public void A_parameter_of_unknown_kind_is_refused()
    {
        using var scope = NewDisposeScope();
        using var module = new OddModule();

        Should.Throw<NotSupportedException>(() => ParameterInitializer.Initialize(module, 1)).Message.ShouldContain("scale");
    }

    private sealed class OddModule : RegisteredModule
    {
        public OddModule()
            : base(nameof(OddModule))
        {
            RegisterOwnedParameter("scale", ones(3));
        }

        public override Tensor forward(Tensor input) => input.alias();
    }
}
