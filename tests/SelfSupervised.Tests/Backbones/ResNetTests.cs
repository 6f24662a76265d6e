using LightlyCluster.SelfSupervised.Backbones;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Backbones;

public sealed class ResNetTests
{
    [Theory]
    [InlineData("resnet-9", 1, 4898112, 512)]
    [InlineData("resnet-18", 1, 11168832, 512)]
    [InlineData("resnet-50", 1, 23500352, 2048)]
    [InlineData("resnet-152", 1, 58136128, 2048)]
    [InlineData("resnet-9", 0.0625, 19572, 32)]
    [InlineData("resnet-18", 0.25, 700176, 128)]
    public void The_catalog_knows_features_and_parameters_without_making_the_network(
        string name, double width, long parameterCount, long featureCount)
    {
        BackboneCatalog.Describe(name, new BackboneOptions { Width = width }).ShouldBe(new(name, width, featureCount, parameterCount));
    }

    [Theory]
    [InlineData("resnet-9", ResNetStem.Small)]
    [InlineData("resnet-18", ResNetStem.Large)]
    [InlineData("resnet-50", ResNetStem.Large)]
    public void The_described_counts_are_those_of_the_network(string name, ResNetStem stem)
    {
        using var scope = NewDisposeScope();
        using var network = ResNetGenerator.Create(name, new ResNetOptions { Width = 0.125, Stem = stem });

        var description = BackboneCatalog.Describe(name, new BackboneOptions { Width = 0.125, Stem = stem });

        network.parameters().Sum(parameter => parameter.NumberOfElements).ShouldBe(description.ParameterCount);
        network.FeatureCount.ShouldBe(description.FeatureCount);
        network.call(ones(2, 3, 32, 32)).shape.ShouldBe([2, description.FeatureCount]);
    }

    [Fact]
    public void The_trunk_with_the_large_stem_has_torchvisions_number_of_parameters() =>
        BackboneCatalog.Describe("resnet-18", new BackboneOptions { Stem = ResNetStem.Large }).ParameterCount.ShouldBe(11176512);

    [Theory]
    [InlineData(8)]
    [InlineData(13)]
    [InlineData(64)]
    public void Any_image_size_from_eight_pixels_gives_features(int side)
    {
        using var scope = NewDisposeScope();
        using var network = ResNetGenerator.Create("resnet-9", 0.125);

        network.call(ones(2, 3, side, side)).shape.ShouldBe([2, 64]);
    }

    [Fact]
    public void Names_are_torchvisions_and_in_forward_order()
    {
        using var network = ResNetGenerator.Create("resnet-18", 0.0625);

        var names = network.named_parameters().Select(pair => pair.name).ToList();

        names.Take(6).ShouldBe(
        [
            "conv1.weight", "bn1.weight", "bn1.bias", "layer1.0.conv1.weight", "layer1.0.bn1.weight", "layer1.0.bn1.bias",
        ]);
        names.ShouldContain("layer2.0.downsample.0.weight");
        network.state_dict().Keys.ShouldContain("layer4.1.bn2.num_batches_tracked");
    }

    [Fact]
    public void An_unknown_name_is_answered_with_the_known_ones_and_the_nearest()
    {
        var message = Should.Throw<ArgumentException>(() => ResNetGenerator.Create("resnet18")).Message;

        message.ShouldContain("Illegal name: resnet18. Try resnet-9, resnet-18, resnet-34, resnet-50, resnet-101, resnet-152.");
        message.ShouldContain("Did you mean resnet-18?");
        Should.Throw<ArgumentOutOfRangeException>(() => ResNetGenerator.Create("resnet-9", 0.001));
        Should.Throw<ArgumentException>(() => BackboneCatalog.Describe("vgg"));
    }

    [Fact]
    public void Images_of_a_wrong_shape_are_refused_before_native_code()
    {
        using var scope = NewDisposeScope();
        using var network = ResNetGenerator.Create("resnet-9", 0.0625);

        Should.Throw<ArgumentException>(() => network.call(ones(2, 1, 32, 32)));
        Should.Throw<ArgumentException>(() => network.call(ones(3, 32, 32)));
        Should.Throw<ArgumentException>(() => network.call(ones(2, 3, 4, 32)));
    }

    [Fact]
    public void Only_the_features_survive_the_forward_and_the_module_survives_a_scope()
    {
        ResNet network;
        using (NewDisposeScope())
        {
            network = ResNetGenerator.Create("resnet-9", 0.0625);
        }

        using var owner = network;
        using var scope = NewDisposeScope();
        var input = ones(2, 3, 32, 32);
        var before = scope.DisposablesCount;

        _ = network.call(input);

        scope.DisposablesCount.ShouldBe(before + 1);
    }
}
