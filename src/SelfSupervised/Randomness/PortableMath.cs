namespace LightlyCluster.SelfSupervised.Randomness;

/// <summary>Logarithm, exponential, sine and cosine from additions, multiplications and divisions only.</summary>
/// <remarks>
/// The C library's functions differ in their last bits between systems; what is drawn from a seed must not. Series over a
/// reduced range, relative error below 1e-15.
/// </remarks>
internal static class PortableMath
{
    private const double LogarithmOf2 = 0.69314718055994530942;
    private const double SquareRootOf2 = 1.41421356237309504880;

    /// <summary>Natural logarithm of a positive, finite, normal number.</summary>
    public static double Log(double value)
    {
        var bits = BitConverter.DoubleToInt64Bits(value);
        var exponent = (int)((bits >> 52) & 0x7FF) - 1023;
        var mantissa = BitConverter.Int64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
        if (mantissa > SquareRootOf2)
        {
            mantissa *= 0.5;
            exponent++;
        }

        // log m = 2 artanh((m - 1) / (m + 1)); the argument is below 0.172.
        var ratio = (mantissa - 1) / (mantissa + 1);
        var square = ratio * ratio;
        var series = 0.0;
        for (var power = 23; power >= 3; power -= 2)
        {
            series = (series + (1.0 / power)) * square;
        }

        return (exponent * LogarithmOf2) + (2 * ratio * (1 + series));
    }

    /// <summary>Exponential of a number between -700 and 700.</summary>
    public static double Exp(double value)
    {
        var exponent = (int)Math.Floor((value / LogarithmOf2) + 0.5);
        var rest = value - (exponent * LogarithmOf2);
        var series = 1.0;
        for (var term = 18; term >= 1; term--)
        {
            series = 1 + (series * rest / term);
        }

        return series * BitConverter.Int64BitsToDouble((long)(exponent + 1023) << 52);
    }

    /// <summary>Sine and cosine of an angle given in turns between 0 and 1 (1 is 360 degrees).</summary>
    public static (double Sine, double Cosine) SineCosineOfTurns(double turns)
    {
        var quarter = (int)Math.Floor((turns * 4) + 0.5);
        var angle = (turns - (quarter * 0.25)) * (2 * Math.PI);
        var square = angle * angle;
        var sine = 1.0;
        var cosine = 1.0;
        for (var term = 20; term >= 2; term -= 2)
        {
            sine = 1 - (sine * square / (term * (term + 1)));
            cosine = 1 - (cosine * square / (term * (term - 1)));
        }

        sine *= angle;
        return (quarter & 3) switch
        {
            0 => (sine, cosine),
            1 => (cosine, -sine),
            2 => (-sine, -cosine),
            _ => (-cosine, sine),
        };
    }
}
