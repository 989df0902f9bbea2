"""placeholder"""

if __name__ == "__main__":
    print("none yet")
