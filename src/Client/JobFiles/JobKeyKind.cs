namespace LightlyCluster.Client.JobFiles;

/// <summary>What a key of a job file holds.</summary>
internal enum JobKeyKind
{
    /// <summary>More keys.</summary>
    Section = 0,

    /// <summary>A word or a path.</summary>
    Text,

    /// <summary>A whole number of 32 bits.</summary>
    Integer,

    /// <summary>A whole number of 64 bits.</summary>
    LongInteger,

    /// <summary>A whole number of 64 bits that is not negative.</summary>
    UnsignedInteger,

    /// <summary>A number.</summary>
    Number,

    /// <summary>true or false.</summary>
    Switch,

    /// <summary>A number of a parameter table, or true and false for 1 and 0.</summary>
    Parameter,

    /// <summary>A list of numbers that sets several parameters: lightly's <c>sigmas: [0.1, 2]</c>.</summary>
    NumberList,

    /// <summary>A list of regularizers, each with its parameters: <c>[{name: co2, alpha: 1}]</c>.</summary>
    Regularizers,
}
