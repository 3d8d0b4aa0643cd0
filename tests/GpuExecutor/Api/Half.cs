namespace ILGPU;

/// <summary>IEEE binary16, as devices convert to it and from it: to the nearest, halves to even.</summary>
public readonly struct Half(System.Half value)
{
    internal System.Half Value { get; } = value;

    public static explicit operator Half(float value) => new((System.Half)value);

    public static implicit operator float(Half value) => (float)value.Value;
}
