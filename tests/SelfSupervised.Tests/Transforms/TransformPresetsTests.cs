using LightlyCluster.SelfSupervised.Transforms;

namespace LightlyCluster.SelfSupervised.Tests.Transforms;

public sealed class TransformPresetsTests
{
    [Fact]
    public void Every_preset_is_valid_at_every_usual_size()
    {
        foreach (var name in TransformPresets.Names)
        {
            foreach (var size in new[] { 1, 32, 64, 96, 224 })
            {
                TransformPresets.Get(name, size).Validate();
            }
        }
    }

    [Fact]
    public void Small_views_are_not_blurred_unless_asked_for()
    {
        TransformPresets.Get("simclr", 64).Views.ShouldAllBe(view => view.GaussianBlur == 0);
        TransformPresets.Get("simclr", 65).Views.ShouldAllBe(view => view.GaussianBlur == 0.5);
        TransformPresets.Get("simclr", 32).WithOverride("gaussianBlur", 0.3).Views.ShouldAllBe(view => view.GaussianBlur == 0.3);
    }

    [Fact]
    public void Unknown_names_list_the_known_ones()
    {
        Should.Throw<ArgumentException>(() => TransformPresets.Get("simclear")).Message.ShouldContain("moco-v2");
        Should.Throw<ArgumentException>(() => new ViewTransformOptions().WithOverride("minScal", 1)).Message.ShouldContain("minScale");
    }

    [Theory]
    [InlineData("minScale", 0.25, "minScale")]
    [InlineData("cj_bright", "0.1", "cjBright")]
    [InlineData("rrDegrees", "30", "rrDegrees")]
    [InlineData("rrDegrees", "[-20, 40]", "rrDegrees")]
    [InlineData("sigmas", "0.3, 1.5", "sigmas")]
    [InlineData("inputSize", 48, "inputSize")]
    [InlineData("inputSize", "[32, 48]", "inputSize")]
    [InlineData("interpolation", "bicubic", "interpolation")]
    public void An_override_changes_one_parameter(string name, object value, string changed)
    {
        var options = new ViewTransformOptions().WithOverride(name, value);

        options.Validate();
        options.ShouldNotBe(new ViewTransformOptions());
        TransformParameters.All.ShouldContain(parameter => parameter.Name == changed);
    }

    [Fact]
    public void Lists_and_null_are_understood_as_values()
    {
        var options = new ViewTransformOptions().WithOverride("rrDegrees", new object[] { -20, 40.5 });
        options.RrDegrees.ShouldBe(new ValueRange(-20, 40.5));
        options.WithOverride("rrDegrees", null).RrDegrees.ShouldBeNull();
        new ViewTransformOptions().WithOverride("rrDegrees", 30).RrDegrees.ShouldBe(new ValueRange(-30, 30));
    }

    [Theory]
    [InlineData("minScale", "much")]
    [InlineData("minScale", "[1, 2]")]
    [InlineData("sigmas", "1")]
    [InlineData("inputSize", "3.5")]
    [InlineData("interpolation", "nearest")]
    public void Values_of_the_wrong_kind_are_refused_by_name(string name, object value) =>
        Should.Throw<ArgumentException>(() => new ViewTransformOptions().WithOverride(name, value)).Message.ShouldContain(name);

    [Theory]
    [InlineData("minScale", 0)]
    [InlineData("minScale", 1.5)]
    [InlineData("maxScale", 0.01)]
    [InlineData("hfProb", -0.1)]
    [InlineData("cjProb", 2)]
    [InlineData("cjHue", 0.6)]
    [InlineData("cjBright", -1)]
    [InlineData("inputSize", 0)]
    [InlineData("inputSize", 100000)]
    [InlineData("gaussianBlur", double.NaN)]
    [InlineData("sigmas", "2, 1")]
    [InlineData("sigmas", "-1, 1")]
    [InlineData("rrDegrees", "-500, 3")]
    [InlineData("solarizationThreshold", 300)]
    public void Values_out_of_range_are_refused_by_name(string name, object value) =>
        Should.Throw<ArgumentException>(() => new ViewTransformOptions().WithOverride(name, value).Validate()).Message.ShouldContain(name);

    [Fact]
    public void The_listed_defaults_are_the_real_ones()
    {
        var options = new ViewTransformOptions();

        foreach (var parameter in TransformParameters.All)
        {
            options.WithOverride(parameter.Name, parameter.Default.Split(';')[0]).ShouldBe(options, parameter.Name);
        }
    }
}
