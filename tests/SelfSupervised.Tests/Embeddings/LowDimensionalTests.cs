using LightlyCluster.SelfSupervised.Backbones;
using LightlyCluster.SelfSupervised.Embeddings;
using LightlyCluster.SelfSupervised.Evaluation;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Embeddings;

public sealed class LowDimensionalTests
{
    [Fact]
    public void A_reduction_behind_the_pooling_equals_lightlys_convolution_before_it()
    {
        using var scope = NewDisposeScope();
        using var gradientFree = no_grad();
        using var network = new ReducedBackbone(ResNetGenerator.Create("resnet-9", 0.125), 32);
        network.eval();
        var maps = randn([3, network.Trunk.FeatureCount, 5, 5], float32);
        var weight = network.state_dict()["reduction.weight"];
        var bias = network.state_dict()["reduction.bias"];

        var before = nn.functional.conv2d(maps, weight, bias).mean([2L, 3L]);
        var after = nn.functional.conv2d(maps.mean([2L, 3L], keepdim: true), weight, bias).flatten(1);

        after.ShouldBeCloseTo(before, 1e-6);
        network.call(rand([2, 3, 32, 32])).shape.ShouldBe([2, 32]);
        network.state_dict().Keys.ShouldContain("trunk.conv1.weight");
    }

    [Fact]
    public void Components_fitted_in_runs_equal_those_of_the_whole_matrix()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(3);
        var values_ND = randn([5000, 12], float32) * tensor(Enumerable.Range(1, 12).Select(number => (float)number).ToArray());
        var rows = new ArrayRows(values_ND.data<float>().ToArray(), 12);

        var reduced = PrincipalComponentModel.Fit(rows, 4).Apply(rows);

        var expected = PrincipalComponents.Project(values_ND, 4).to(float32);
        tensor(reduced.Values.ToArray()).view(5000, 4).ShouldBeCloseTo(expected, 1e-4);
    }

    [Fact]
    public void More_components_than_rows_or_numbers_are_refused()
    {
        var rows = new ArrayRows(new float[12], 4);

        Should.Throw<ArgumentOutOfRangeException>(() => PrincipalComponentModel.Fit(rows, 4));
        Should.Throw<ArgumentOutOfRangeException>(() => PrincipalComponentModel.Fit(rows, 0));
    }
}
