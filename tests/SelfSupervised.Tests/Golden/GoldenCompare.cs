using System.Globalization;
using System.Text.Json;
using static TorchSharp.torch;

namespace LightlyCluster.SelfSupervised.Tests.Golden;

/// <summary>Compares our tensors and numbers with a golden file's, relative to the largest expected entry (at least 0.1).</summary>
public static class GoldenCompare
{
    /// <summary>For results in float64.</summary>
    public const double DoubleTolerance = 1e-6;

    /// <summary>For results in float32.</summary>
    public const double SingleTolerance = 2e-5;

    private const double ScaleMinimum = 0.1;

    public static double ToleranceOf(ScalarType type) => type == ScalarType.Float64 ? DoubleTolerance : SingleTolerance;

    public static void Tensors(Tensor? actual, JsonElement expected, double tolerance, string what)
    {
        if (expected.ValueKind == JsonValueKind.Null)
        {
            (actual is null || actual.abs().max().to(float64).item<double>() == 0).ShouldBeTrue($"{what}: no gradient was expected");
            return;
        }

        // An input without influence has no gradient here where lightly's is zero.
        var isZero = GoldenTensor.IsTensor(expected)
            && expected.GetProperty("data").EnumerateArray().All(item => item.ToString() is "0" or "0.0" or "-0.0");
        if (actual is null && isZero)
        {
            return;
        }

        actual.ShouldNotBeNull($"{what} is missing");
        using var scope = NewDisposeScope();
        if (!GoldenTensor.IsTensor(expected))
        {
            Signature(actual, expected, tolerance, what);
            return;
        }

        var values = GoldenTensor.Read(expected, float64);
        actual.shape.ShouldBe(values.shape, $"{what}: shape");
        if (values.NumberOfElements == 0)
        {
            return;
        }

        var difference = (actual.detach().to(float64) - values).abs().max().item<double>();
        var scale = Math.Max(values.abs().max().item<double>(), ScaleMinimum);
        difference.ShouldBeLessThanOrEqualTo(
            tolerance * scale, string.Create(CultureInfo.InvariantCulture, $"{what}: off by {difference:g3} at scale {scale:g3}"));
    }

    public static void Numbers(double actual, double expected, double tolerance, string what) =>
        Math.Abs(actual - expected).ShouldBeLessThanOrEqualTo(
            tolerance * Math.Max(Math.Abs(expected), ScaleMinimum),
            string.Create(CultureInfo.InvariantCulture, $"{what}: {actual:r} instead of {expected:r}"));

    /// <summary>Compares shape, length and (where the case says with which index) the product with a formula.</summary>
    public static void Signature(Tensor actual, JsonElement expected, double tolerance, string what, int? index = null)
    {
        using var scope = NewDisposeScope();
        var shape = expected.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
        actual.shape.ShouldBe(shape, $"{what}: shape");
        var values = actual.detach().to(float64).cpu().contiguous().view(-1);
        var length = expected.GetProperty("l2").GetDouble();
        Numbers(values.norm().item<double>(), length, tolerance, $"{what}: l2");
        if (index is not { } formula)
        {
            return;
        }

        var factors = Enumerable.Range(0, (int)values.NumberOfElements)
            .Select(item => GoldenTensor.HashValue(formula, (uint)item)).ToArray();
        var product = (values * tensor(factors)).sum().item<double>();
        Math.Abs(product - expected.GetProperty("dot").GetDouble()).ShouldBeLessThanOrEqualTo(
            tolerance * Math.Max(length, ScaleMinimum), $"{what}: dot is {product}");
    }
}
