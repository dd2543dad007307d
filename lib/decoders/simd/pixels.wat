;; Packed pixels onto a region of a canvas: R, G, B, A words in the order of rows.
;;
;; The content is in one memory and each canvas in another, which AssemblyScript cannot express; so this is
;; the text format of WebAssembly. All loops have the same parameters:
;;   $source  offset of the first packed pixel in the content; rows follow each other
;;   $target  offset of the first pixel on the canvas
;;   $width   pixels of a row, at least 1
;;   $height  rows, at least 1
;;   $stride  bytes of a row of the canvas
;; Each row is drawn in groups of pixels, the rest of it pixel by pixel, so that no pixel beside the region
;; changes. Up to 4 bytes behind the content are read.
;;
;; Constant vectors are put into locals before the loops, as V8 builds a constant anew at each use; this
;; takes a fifth to a half off the time of a loop. An optimizer would move them back.

(module
  (import "env" "content" (memory $content 1))
  (import "env" "canvas" (memory $canvas 1))

  ;; Four RGB pixels at the start of a vector as words with alpha 0. $places has the place of each byte or
  ;; -1, with which the relaxed form gives 0 on all processors.
  (func $words (param $packed v128) (param $places v128) (result v128)
    (i8x16.relaxed_swizzle (local.get $packed) (local.get $places)))

  ;; The offset behind the whole groups of a row; $mask has the low bits clear that count pixels of a group.
  (func $groupsEnd (param $at i32) (param $width i32) (param $mask i32) (result i32)
    (i32.add (local.get $at) (i32.shl (i32.and (local.get $width) (local.get $mask)) (i32.const 2))))

  ;; Opaque pixels of RGB, 16 in a group.
  (func (export "expandRgb")
    (param $source i32) (param $target i32) (param $width i32) (param $height i32) (param $stride i32)
    (local $at i32) (local $end i32) (local $places v128) (local $alpha v128)
    (local.set $places (v128.const i8x16 0 1 2 -1 3 4 5 -1 6 7 8 -1 9 10 11 -1))
    (local.set $alpha (v128.const i32x4 0xff000000 0xff000000 0xff000000 0xff000000))
    (loop $rows
      (local.set $at (local.get $target))
      (local.set $end (call $groupsEnd (local.get $at) (local.get $width) (i32.const -16)))
      (block $noGroup
        (loop $groups
          (br_if $noGroup (i32.ge_u (local.get $at) (local.get $end)))
          (v128.store $canvas (local.get $at)
            (v128.or (local.get $alpha)
              (call $words (v128.load $content (local.get $source)) (local.get $places))))
          (v128.store $canvas offset=16 (local.get $at)
            (v128.or (local.get $alpha)
              (call $words (v128.load $content offset=12 (local.get $source)) (local.get $places))))
          (v128.store $canvas offset=32 (local.get $at)
            (v128.or (local.get $alpha)
              (call $words (v128.load $content offset=24 (local.get $source)) (local.get $places))))
          (v128.store $canvas offset=48 (local.get $at)
            (v128.or (local.get $alpha)
              (call $words (v128.load $content offset=36 (local.get $source)) (local.get $places))))
          (local.set $source (i32.add (local.get $source) (i32.const 48)))
          (local.set $at (i32.add (local.get $at) (i32.const 64)))
          (br $groups)))
      (local.set $end (i32.add (local.get $target) (i32.shl (local.get $width) (i32.const 2))))
      (block $noPixel
        (loop $pixels
          (br_if $noPixel (i32.ge_u (local.get $at) (local.get $end)))
          (i32.store $canvas (local.get $at)
            (i32.or (i32.load $content (local.get $source)) (i32.const 0xff000000)))
          (local.set $source (i32.add (local.get $source) (i32.const 3)))
          (local.set $at (i32.add (local.get $at) (i32.const 4)))
          (br $pixels)))
      (local.set $target (i32.add (local.get $target) (local.get $stride)))
      (br_if $rows (local.tee $height (i32.sub (local.get $height) (i32.const 1))))))

  ;; Changes pixels by their differences in RGB and leaves alpha, 16 in a group; most groups of a desktop
  ;; have no change.
  (func (export "xorRgb")
    (param $source i32) (param $target i32) (param $width i32) (param $height i32) (param $stride i32)
    (local $at i32) (local $end i32) (local $places v128)
    (local.set $places (v128.const i8x16 0 1 2 -1 3 4 5 -1 6 7 8 -1 9 10 11 -1))
    (loop $rows
      (local.set $at (local.get $target))
      (local.set $end (call $groupsEnd (local.get $at) (local.get $width) (i32.const -16)))
      (block $noGroup
        (loop $groups
          (br_if $noGroup (i32.ge_u (local.get $at) (local.get $end)))
          (if (v128.any_true
              (v128.or (v128.load $content (local.get $source))
                (v128.or (v128.load $content offset=16 (local.get $source))
                  (v128.load $content offset=32 (local.get $source)))))
            (then
              (v128.store $canvas (local.get $at)
                (v128.xor (v128.load $canvas (local.get $at))
                  (call $words (v128.load $content (local.get $source)) (local.get $places))))
              (v128.store $canvas offset=16 (local.get $at)
                (v128.xor (v128.load $canvas offset=16 (local.get $at))
                  (call $words (v128.load $content offset=12 (local.get $source)) (local.get $places))))
              (v128.store $canvas offset=32 (local.get $at)
                (v128.xor (v128.load $canvas offset=32 (local.get $at))
                  (call $words (v128.load $content offset=24 (local.get $source)) (local.get $places))))
              (v128.store $canvas offset=48 (local.get $at)
                (v128.xor (v128.load $canvas offset=48 (local.get $at))
                  (call $words (v128.load $content offset=36 (local.get $source)) (local.get $places))))))
          (local.set $source (i32.add (local.get $source) (i32.const 48)))
          (local.set $at (i32.add (local.get $at) (i32.const 64)))
          (br $groups)))
      (local.set $end (i32.add (local.get $target) (i32.shl (local.get $width) (i32.const 2))))
      (block $noPixel
        (loop $pixels
          (br_if $noPixel (i32.ge_u (local.get $at) (local.get $end)))
          (i32.store $canvas (local.get $at)
            (i32.xor (i32.load $canvas (local.get $at))
              (i32.and (i32.load $content (local.get $source)) (i32.const 0xffffff))))
          (local.set $source (i32.add (local.get $source) (i32.const 3)))
          (local.set $at (i32.add (local.get $at) (i32.const 4)))
          (br $pixels)))
      (local.set $target (i32.add (local.get $target) (local.get $stride)))
      (br_if $rows (local.tee $height (i32.sub (local.get $height) (i32.const 1))))))

  ;; (v * factor + round) / 64 of eight values; without a carry out of 16 bits.
  (func $scale (param $values v128) (param $factor v128) (param $round v128) (result v128)
    (i16x8.shr_u
      (i16x8.add (i16x8.mul (local.get $values) (local.get $factor)) (local.get $round))
      (i32.const 6)))

  ;; Opaque pixels of RGB565, 8 in a group: round(v * 255 / 31) of red and blue, round(v * 255 / 63) of
  ;; green.
  (func (export "expandRgb565")
    (param $source i32) (param $target i32) (param $width i32) (param $height i32) (param $stride i32)
    (local $at i32) (local $end i32) (local $pixel i32)
    (local $packed v128) (local $redGreen v128) (local $blueAlpha v128)
    (local $five v128) (local $factor5 v128) (local $round5 v128)
    (local $six v128) (local $factor6 v128) (local $round6 v128) (local $alpha v128)
    (local.set $five (v128.const i16x8 31 31 31 31 31 31 31 31))
    (local.set $factor5 (v128.const i16x8 527 527 527 527 527 527 527 527))
    (local.set $round5 (v128.const i16x8 23 23 23 23 23 23 23 23))
    (local.set $six (v128.const i16x8 63 63 63 63 63 63 63 63))
    (local.set $factor6 (v128.const i16x8 259 259 259 259 259 259 259 259))
    (local.set $round6 (v128.const i16x8 33 33 33 33 33 33 33 33))
    (local.set $alpha (v128.const i16x8 0xff00 0xff00 0xff00 0xff00 0xff00 0xff00 0xff00 0xff00))
    (loop $rows
      (local.set $at (local.get $target))
      (local.set $end (call $groupsEnd (local.get $at) (local.get $width) (i32.const -8)))
      (block $noGroup
        (loop $groups
          (br_if $noGroup (i32.ge_u (local.get $at) (local.get $end)))
          (local.set $packed (v128.load $content (local.get $source)))
          (local.set $redGreen
            (v128.or
              (call $scale (i16x8.shr_u (local.get $packed) (i32.const 11))
                (local.get $factor5) (local.get $round5))
              (i16x8.shl
                (call $scale
                  (v128.and (i16x8.shr_u (local.get $packed) (i32.const 5)) (local.get $six))
                  (local.get $factor6) (local.get $round6))
                (i32.const 8))))
          (local.set $blueAlpha
            (v128.or (local.get $alpha)
              (call $scale (v128.and (local.get $packed) (local.get $five))
                (local.get $factor5) (local.get $round5))))
          (v128.store $canvas (local.get $at)
            (i8x16.shuffle 0 1 16 17 2 3 18 19 4 5 20 21 6 7 22 23
              (local.get $redGreen) (local.get $blueAlpha)))
          (v128.store $canvas offset=16 (local.get $at)
            (i8x16.shuffle 8 9 24 25 10 11 26 27 12 13 28 29 14 15 30 31
              (local.get $redGreen) (local.get $blueAlpha)))
          (local.set $source (i32.add (local.get $source) (i32.const 16)))
          (local.set $at (i32.add (local.get $at) (i32.const 32)))
          (br $groups)))
      (local.set $end (i32.add (local.get $target) (i32.shl (local.get $width) (i32.const 2))))
      (block $noPixel
        (loop $pixels
          (br_if $noPixel (i32.ge_u (local.get $at) (local.get $end)))
          (local.set $pixel (i32.load16_u $content (local.get $source)))
          (i32.store $canvas (local.get $at)
            (i32.or
              (i32.or (i32.const 0xff000000)
                (call $scaled (i32.shr_u (local.get $pixel) (i32.const 11))
                  (i32.const 527) (i32.const 23)))
              (i32.or
                (i32.shl
                  (call $scaled
                    (i32.and (i32.shr_u (local.get $pixel) (i32.const 5)) (i32.const 63))
                    (i32.const 259) (i32.const 33))
                  (i32.const 8))
                (i32.shl
                  (call $scaled (i32.and (local.get $pixel) (i32.const 31))
                    (i32.const 527) (i32.const 23))
                  (i32.const 16)))))
          (local.set $source (i32.add (local.get $source) (i32.const 2)))
          (local.set $at (i32.add (local.get $at) (i32.const 4)))
          (br $pixels)))
      (local.set $target (i32.add (local.get $target) (local.get $stride)))
      (br_if $rows (local.tee $height (i32.sub (local.get $height) (i32.const 1))))))

  (func $scaled (param $value i32) (param $factor i32) (param $round i32) (result i32)
    (i32.shr_u
      (i32.add (i32.mul (local.get $value) (local.get $factor)) (local.get $round))
      (i32.const 6))))
