using LightlyCluster.SelfSupervised.Randomness;

namespace LightlyCluster.SelfSupervised.Tests.Randomness;

public sealed class PortableMathTests
{
    [Fact]
    public void Logarithm_and_exponential_agree_with_the_C_library()
    {
        for (var value = 1e-12; value < 1e12; value *= 1.0137)
        {
            PortableMath.Log(value).ShouldBe(Math.Log(value), 1e-14 * Math.Max(1, Math.Abs(Math.Log(value))));
        }

        for (var value = -30.0; value < 30; value += 0.0173)
        {
            (PortableMath.Exp(value) / Math.Exp(value)).ShouldBe(1, 1e-13);
        }
    }

    [Fact]
    public void Sine_and_cosine_agree_with_the_C_library()
    {
        for (var turns = 0.0; turns < 1; turns += 0.00037)
        {
            var (sine, cosine) = PortableMath.SineCosineOfTurns(turns);

            sine.ShouldBe(Math.Sin(turns * 2 * Math.PI), 1e-14);
            cosine.ShouldBe(Math.Cos(turns * 2 * Math.PI), 1e-14);
        }
    }
}
